using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Henge.Protocol.Peers;

/// <summary>
/// Computes the check of one frame after another of one direction of one link. It covers who sends, how many frames
/// went before, and the body: a frame that was changed, left out, repeated or turned around does not fit. With a key it
/// is the first half of an HMAC-SHA256, which an outsider cannot make; without, a CRC32C, which finds accidents.
/// </summary>
internal sealed class FrameSeal : IDisposable
{
    /// <summary>Bytes of a check without a key.</summary>
    public const int ChecksumBytes = sizeof(uint);

    /// <summary>Bytes of a check with a key: half of the hash, which RFC 2104 allows.</summary>
    public const int MacBytes = 16;

    private const int PrefixBytes = 1 + sizeof(ulong);

    private readonly IncrementalHash? _mac;
    private readonly LinkSide _sender;
    private ulong _frames;

    /// <summary>Begins with the first frame.</summary>
    /// <param name="sender">Whose frames they are.</param>
    /// <param name="key">The session's key of this direction; empty for none.</param>
    public FrameSeal(LinkSide sender, ReadOnlySpan<byte> key)
    {
        _sender = sender;
        _mac = key.IsEmpty ? null : IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
    }

    /// <summary>Length of the checks.</summary>
    public int Bytes => _mac is null ? ChecksumBytes : MacBytes;

    /// <summary>Writes the check of the next frame.</summary>
    public void Write(ReadOnlySpan<byte> body, Span<byte> check)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        prefix[0] = (byte)_sender;
        BinaryPrimitives.WriteUInt64LittleEndian(prefix[1..], _frames++);
        if (_mac is null)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(check, ~Crc32C.Append(Crc32C.Append(Crc32C.Start, prefix), body));
            return;
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _mac.AppendData(prefix);
        _mac.AppendData(body);
        _mac.GetHashAndReset(hash);
        hash[..MacBytes].CopyTo(check);
    }

    /// <summary>Whether this is the check of the next frame.</summary>
    public bool Verify(ReadOnlySpan<byte> body, ReadOnlySpan<byte> check)
    {
        Span<byte> expected = stackalloc byte[MacBytes];
        expected = expected[..Bytes];
        Write(body, expected);
        return CryptographicOperations.FixedTimeEquals(expected, check);
    }

    /// <inheritdoc/>
    public void Dispose() => _mac?.Dispose();
}
