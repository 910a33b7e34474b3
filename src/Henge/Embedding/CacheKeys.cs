using System.Text;
using System.Text.Unicode;

using Henge.Storage;

namespace Henge.Embedding;

/// <summary>
/// Turns the keys of an application into those of the ring: the prefix and the string in UTF-8, so that Redis clients
/// and HTTP find it under the same name. A half of a surrogate pair, which UTF-8 has no place for, takes the three
/// bytes that it would have if there were one (WTF-8): two strings never become one key.
/// </summary>
/// <param name="prefix">Stands before every key.</param>
internal sealed class CacheKeys(string prefix)
{
    /// <summary>Room that callers have on their stack; longer keys are put in an array.</summary>
    public const int OnStack = 256;

    private const int MostBytesPerChar = 3;

    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix);

    /// <summary>The key in bytes, in the buffer where it fits.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    /// <exception cref="ArgumentException">It is empty, or longer than 64 KiB with its prefix.</exception>
    public ReadOnlySpan<byte> Encode(string key, Span<byte> buffer)
    {
        if (TryEncode(key, buffer, out ReadOnlySpan<byte> bytes))
        {
            return bytes;
        }
        string wrong = key.Length == 0 ? "empty" : $"longer than {StoreOptions.MaxKeyBytes} bytes of UTF-8";
        throw new ArgumentException($"The key is {wrong}.", nameof(key));
    }

    /// <summary>As <see cref="Encode"/>; false where the key is empty or too long.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryEncode(string key, Span<byte> buffer, out ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length <= StoreOptions.MaxKeyBytes)
        {
            int most = _prefix.Length + MostBytesPerChar * key.Length;
            Span<byte> room = most <= buffer.Length ? buffer : new byte[most];
            _prefix.CopyTo(room);
            int length = _prefix.Length + Write(key, room[_prefix.Length..]);
            if (length is > 0 and <= StoreOptions.MaxKeyBytes)
            {
                bytes = room[..length];
                return true;
            }
        }
        bytes = default;
        return false;
    }

    private static int Write(ReadOnlySpan<char> key, Span<byte> room)
    {
        int written = 0;
        while (true)
        {
            Utf8.FromUtf16(
                key, room[written..], out int read, out int bytes, replaceInvalidSequences: false, isFinalBlock: true);
            written += bytes;
            if (read == key.Length)
            {
                return written;
            }
            char half = key[read];
            room[written++] = (byte)(0xE0 | half >> 12);
            room[written++] = (byte)(0x80 | (half >> 6 & 0x3F));
            room[written++] = (byte)(0x80 | (half & 0x3F));
            key = key[(read + 1)..];
        }
    }
}
