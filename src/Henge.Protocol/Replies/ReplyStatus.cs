namespace Henge.Protocol.Replies;

/// <summary>What <see cref="RespReplyReader.Read"/> found.</summary>
internal enum ReplyStatus : byte
{
    /// <summary>A whole reply.</summary>
    Complete,

    /// <summary>A piece of one; what was consumed of it is remembered.</summary>
    NeedMore,

    /// <summary>Bytes that no server sends; the connection cannot be read any further.</summary>
    Invalid,
}
