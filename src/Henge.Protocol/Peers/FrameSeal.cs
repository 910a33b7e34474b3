using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Henge.Protocol.Peers;

/// <summary>
/// Computes the check of one frame after another of one direction of one link. It covers who sends, how many frames
/// went before, and the body: a frame that was changed, left out, repeated or turned around does not fit. With a key an
/// outsider cannot make it.
/// </summary>
internal sealed class FrameSeal : IDisposable
{
    /// <summary>Bytes of a check without a key.</summary>
    public const int ChecksumBytes = sizeof(uint);

    /// <summary>Bytes of a check with a key.</summary>
    public const int MacBytes = 16;

    private const int PrefixBytes = 1 + sizeof(ulong);
    private const int NonceBytes = 12;

    private readonly IncrementalHash? _hmac;
    private readonly AesGcm? _gmac;
    private readonly LinkSide _sender;
    private ulong _frames;

    /// <summary>Begins with the first frame.</summary>
    /// <param name="sender">Whose frames they are.</param>
    /// <param name="check">How they are checked.</param>
    /// <param name="key">The key of this direction of this link alone, 32 bytes; empty for a checksum.</param>
    public FrameSeal(LinkSide sender, FrameCheck check = FrameCheck.Checksum, ReadOnlySpan<byte> key = default)
    {
        _sender = sender;
        Check = check;
        _hmac = check == FrameCheck.Hmac ? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key) : null;
        _gmac = check == FrameCheck.Gmac ? new AesGcm(key, MacBytes) : null;
    }

    /// <summary>How frames are checked.</summary>
    public FrameCheck Check { get; }

    /// <summary>Length of the checks.</summary>
    public int Bytes => Check == FrameCheck.Checksum ? ChecksumBytes : MacBytes;

    /// <summary>Writes the check of the next frame.</summary>
    public void Write(ReadOnlySpan<byte> body, Span<byte> check)
    {
        ulong number = _frames++;
        if (_gmac is not null)
        {
            WriteGmac(number, body, check);
            return;
        }
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        prefix[0] = (byte)_sender;
        BinaryPrimitives.WriteUInt64LittleEndian(prefix[1..], number);
        if (_hmac is null)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(
                check, ~Crc32C.Append(Crc32C.Append(Crc32C.Start, prefix), body));
            return;
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hmac.AppendData(prefix);
        _hmac.AppendData(body);
        _hmac.GetHashAndReset(hash);
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
    public void Dispose()
    {
        _hmac?.Dispose();
        _gmac?.Dispose();
    }

    /// <summary>
    /// The nonce says what the prefix does else, and no two frames under one key have the same: a key is of one side of
    /// one link, and a frame's number never comes back there.
    /// </summary>
    private void WriteGmac(ulong number, ReadOnlySpan<byte> body, Span<byte> check)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        nonce.Clear();
        nonce[0] = (byte)_sender;
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[sizeof(uint)..], number);
        _gmac!.Encrypt(nonce, plaintext: [], ciphertext: [], check, body);
    }
}
