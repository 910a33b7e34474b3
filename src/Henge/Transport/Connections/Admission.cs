namespace Henge.Transport.Connections;

/// <summary>What becomes of a connection once its first bytes are known.</summary>
internal enum Admission : byte
{
    /// <summary>Too few bytes to tell.</summary>
    Undecided = 0,

    /// <summary>It speaks RESP, for good.</summary>
    Resp,

    /// <summary>It speaks HTTP and goes to the HTTP server.</summary>
    Http,

    /// <summary>It is another node and goes to the peers' door.</summary>
    Peer,

    /// <summary>It speaks TLS and goes to the TLS door.</summary>
    Tls,

    /// <summary>It speaks RESP without the TLS that is wanted here: told so, and closed.</summary>
    PlainResp,

    /// <summary>It speaks HTTP without the TLS that is wanted here: told so, and closed.</summary>
    PlainHttp,

    /// <summary>It speaks RESP from another machine while no password is set: told so, and closed.</summary>
    Denied,

    /// <summary>It speaks nothing that is served here: closed without a word.</summary>
    Refused,
}
