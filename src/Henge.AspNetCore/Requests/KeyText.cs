using System.Buffers.Text;
using System.Text;

using Henge.AspNetCore.Replies;
using Henge.Storage;

namespace Henge.AspNetCore.Requests;

/// <summary>Keys from the text of a path, a query or a JSON member.</summary>
internal static class KeyText
{
    /// <summary>Keys up to so many encoded characters are decoded on the stack.</summary>
    public const int OnStack = 512;

    /// <summary>Decodes the key of a path or query.</summary>
    /// <param name="text">Percent-encoded; with <paramref name="base64"/> the base64url form of the key.</param>
    /// <param name="base64">Whether <c>enc=b64</c> was asked for.</param>
    /// <param name="inQuery">Whether it stands in the query (+ is a blank) or the path (a dot segment is
    /// refused).</param>
    /// <param name="buffer">Room for as many bytes as <paramref name="text"/> has characters.</param>
    /// <param name="key">The key, in <paramref name="buffer"/>.</param>
    /// <returns>Null, or what is wrong with it.</returns>
    public static Problem? TryDecode(
        ReadOnlySpan<char> text, bool base64, bool inQuery, Span<byte> buffer, out ReadOnlySpan<byte> key)
    {
        key = default;
        if (!PercentEncoding.TryDecode(text, inQuery, buffer, out int length))
        {
            return Problems.BadKeyEncoding;
        }
        Span<byte> decoded = buffer[..length];
        if (base64)
        {
            if (!Base64Url.IsValid(decoded))
            {
                return Problems.BadKeyBase64;
            }
            decoded = decoded[..Base64Url.DecodeFromUtf8InPlace(decoded)];
        }
        else if (!inQuery && (decoded.SequenceEqual("."u8) || decoded.SequenceEqual(".."u8)))
        {
            // Proxies and clients fold these away, so what arrives here may not be what was meant.
            return Problems.DotKey;
        }
        key = decoded;
        return Check(key);
    }

    /// <summary>The key of a JSON member.</summary>
    public static Problem? FromJson(string? text, bool base64, out byte[] key)
    {
        key = [];
        if (text is null)
        {
            return Problems.EmptyKey;
        }
        if (!base64)
        {
            key = Encoding.UTF8.GetBytes(text);
            return Check(key);
        }
        if (!Base64Url.IsValid(text))
        {
            return Problems.BadKeyBase64;
        }
        key = Base64Url.DecodeFromChars(text);
        return Check(key);
    }

    /// <summary>Checks the length of a key.</summary>
    public static Problem? Check(ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty)
        {
            return Problems.EmptyKey;
        }
        return key.Length > StoreOptions.MaxKeyBytes ? Problems.KeyTooLong : null;
    }
}
