namespace Henge.Protocol.Replies;

/// <summary>What a reply is; each value is the byte that begins it on the wire.</summary>
internal enum RespValueKind : byte
{
    /// <summary>+ A line of text.</summary>
    SimpleString = (byte)'+',

    /// <summary>- An error: code and text.</summary>
    Error = (byte)'-',

    /// <summary>: A 64-bit integer.</summary>
    Integer = (byte)':',

    /// <summary>$ Bytes.</summary>
    Bulk = (byte)'$',

    /// <summary>* Values in order.</summary>
    Array = (byte)'*',

    /// <summary>_ Nothing; also the null bulk string and the null array of RESP2.</summary>
    Null = (byte)'_',

    /// <summary># True or false.</summary>
    Boolean = (byte)'#',

    /// <summary>, A double.</summary>
    Double = (byte)',',

    /// <summary>( A number of any size, as text.</summary>
    BigNumber = (byte)'(',

    /// <summary>! An error whose text may hold any bytes.</summary>
    BulkError = (byte)'!',

    /// <summary>= Text with a three-letter format, which is left out of the bytes.</summary>
    Verbatim = (byte)'=',

    /// <summary>% Keys and values in turn.</summary>
    Map = (byte)'%',

    /// <summary>~ Values without order.</summary>
    Set = (byte)'~',

    /// <summary>> A message that answers no command.</summary>
    Push = (byte)'>',
}
