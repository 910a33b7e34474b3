namespace Henge.Protocol.Requests;

/// <summary>What <see cref="RespRequestReader.Read"/> found.</summary>
internal enum RequestStatus : byte
{
    /// <summary>A whole command whose words lie in the input.</summary>
    Complete,

    /// <summary>A whole inline command whose words lie in <see cref="RespRequestReader.InlineBytes"/>.</summary>
    Inline,

    /// <summary>No whole command; what is there so far is well formed.</summary>
    NeedMore,

    /// <summary>Bytes that can never become a command: answer the error, then close.</summary>
    Invalid,
}
