namespace Henge.AspNetCore.Requests;

/// <summary>Bytes from percent-encoded text (RFC 3986): strict, so that no two readers disagree about a key.</summary>
internal static class PercentEncoding
{
    /// <summary>
    /// Decodes into <paramref name="bytes"/>, which must be as long as <paramref name="text"/> at least.
    /// </summary>
    /// <param name="text">The encoded text.</param>
    /// <param name="plusIsSpace">Whether + stands for a blank, as it does in a query and not in a path.</param>
    /// <param name="bytes">Where to.</param>
    /// <param name="length">Bytes written.</param>
    /// <returns>False where % is not followed by two hexadecimal digits, or a character is not ASCII.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, bool plusIsSpace, Span<byte> bytes, out int length)
    {
        length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                {
                    return false;
                }
                bytes[length++] = (byte)((Nibble(text[i + 1]) << 4) | Nibble(text[i + 2]));
                i += 2;
                continue;
            }
            if (c > '\x7f')
            {
                return false;
            }
            bytes[length++] = c == '+' && plusIsSpace ? (byte)' ' : (byte)c;
        }
        return true;
    }

    private static int Nibble(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
