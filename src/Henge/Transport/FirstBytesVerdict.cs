namespace Henge.Transport;

/// <summary>What the first bytes of a connection say.</summary>
internal enum FirstBytesVerdict : byte
{
    /// <summary>Not enough of them yet.</summary>
    Undecided = 0,

    /// <summary>RESP, for good.</summary>
    Resp,

    /// <summary>An HTTP request.</summary>
    Http,

    /// <summary>Nothing that is spoken here.</summary>
    Refused,
}
