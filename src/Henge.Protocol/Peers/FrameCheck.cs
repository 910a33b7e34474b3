namespace Henge.Protocol.Peers;

/// <summary>What stands behind each frame of a link, so that what was changed on the way is found.</summary>
internal enum FrameCheck : byte
{
    /// <summary>CRC32C, where there is no secret: it finds accidents.</summary>
    Checksum,

    /// <summary>The first half of an HMAC-SHA256, which RFC 2104 allows: with a secret, in wire version 1.</summary>
    Hmac,

    /// <summary>
    /// The tag of AES-256-GCM over nothing encrypted (GMAC, NIST SP 800-38D): with a secret, from wire version 2 on. As
    /// hard to make, and for long frames a quarter of the work.
    /// </summary>
    Gmac,
}
