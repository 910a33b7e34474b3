using System.Security.Cryptography;

namespace Henge.Protocol.Peers.Hellos;

/// <summary>
/// What two nodes prove and derive from their secret and the two hellos as they were sent. The hellos carry both
/// nonces, so nothing of it fits another conversation; the labels differ by side, so nothing of it can be sent back.
/// </summary>
internal static class LinkKeys
{
    /// <summary>Bytes of a proof.</summary>
    public const int ProofBytes = SHA256.HashSizeInBytes;

    private const int KeyBytes = 32;

    /// <summary>Sums up the two hellos, each as a whole message, and what binds them to the connection below.</summary>
    /// <param name="dialler">The dialler's hello.</param>
    /// <param name="acceptor">The acceptor's.</param>
    /// <param name="binding">
    /// A hash of the acceptor's certificate where the link runs through TLS, so that nobody can stand in between with
    /// another; empty without TLS.
    /// </param>
    public static byte[] Transcript(
        ReadOnlySpan<byte> dialler, ReadOnlySpan<byte> acceptor, ReadOnlySpan<byte> binding = default)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("henge hello 1"u8);
        hash.AppendData(SHA256.HashData(dialler));
        hash.AppendData(SHA256.HashData(acceptor));
        hash.AppendData(binding);
        return hash.GetHashAndReset();
    }

    /// <summary>What shows that a side knows the secret.</summary>
    public static byte[] Proof(ReadOnlySpan<byte> secret, LinkSide side, ReadOnlySpan<byte> transcript)
    {
        using IncrementalHash mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        mac.AppendData(side == LinkSide.Dialler ? "henge proof of dialler"u8 : "henge proof of acceptor"u8);
        mac.AppendData(transcript);
        return mac.GetHashAndReset();
    }

    /// <summary>The key of the frames that a side sends, for one kind of check and no other.</summary>
    public static byte[] Frames(byte[] secret, FrameCheck check, LinkSide sender, byte[] transcript)
    {
        ReadOnlySpan<byte> label = (check, sender) switch
        {
            (FrameCheck.Gmac, LinkSide.Dialler) => "henge gmac of dialler"u8,
            (FrameCheck.Gmac, _) => "henge gmac of acceptor"u8,
            (_, LinkSide.Dialler) => "henge frames of dialler"u8,
            _ => "henge frames of acceptor"u8,
        };
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, KeyBytes, transcript, label.ToArray());
    }
}
