namespace Henge.Protocol;

/// <summary>What the first bytes of a connection say about it. Decided once; a connection never changes.</summary>
internal enum DetectedProtocol : byte
{
    /// <summary>Too few bytes to tell.</summary>
    NeedMore,

    /// <summary>RESP, arrays of bulk strings.</summary>
    Resp,

    /// <summary>HTTP/1.0 or HTTP/1.1.</summary>
    Http,

    /// <summary>A TLS handshake.</summary>
    Tls,

    /// <summary>
    /// RESP as a person types it. The session takes it from this machine or from the authenticated only.
    /// </summary>
    Inline,

    /// <summary>Another node: the hello of a peer link.</summary>
    Peer,

    /// <summary>Something led here from another protocol: close without a reply.</summary>
    Reject,
}
