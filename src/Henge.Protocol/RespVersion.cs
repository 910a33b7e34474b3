namespace Henge.Protocol;

/// <summary>The dialect of RESP that a connection speaks.</summary>
internal enum RespVersion : byte
{
    /// <summary>RESP2, until HELLO says otherwise.</summary>
    Resp2 = 2,

    /// <summary>RESP3.</summary>
    Resp3 = 3,
}
