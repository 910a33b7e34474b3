using System.Security.Cryptography;

namespace Henge.Protocol.Peers;

/// <summary>
/// Versions of what nodes say to each other. Each tells in its hello which it speaks, and a link goes by the highest
/// that both do.
/// </summary>
internal static class WireVersions
{
    /// <summary>The first.</summary>
    public const byte First = 1;

    /// <summary>With a secret, frames are checked by <see cref="FrameCheck.Gmac"/>.</summary>
    public const byte WithGmac = 2;

    /// <summary>Least that this build speaks.</summary>
    public const byte Least = First;

    /// <summary>Highest that this build speaks here: not every system has AES-GCM.</summary>
    public static byte Highest => AesGcm.IsSupported ? WithGmac : First;
}
