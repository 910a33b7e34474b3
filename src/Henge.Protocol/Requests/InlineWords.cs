namespace Henge.Protocol.Requests;

/// <summary>
/// Splits an inline command into words by Redis's rules (sdssplitargs): blanks separate; "double quotes" know
/// \n \r \t \b \a \xHH and \any; 'single quotes' know \' only; a closing quote must be followed by a blank or the end.
/// </summary>
internal static class InlineWords
{
    /// <summary>
    /// Puts the words of <paramref name="line"/> one after the other into <paramref name="words"/> (at least as long as
    /// the line) and their places into <paramref name="ranges"/>.
    /// </summary>
    /// <returns>False when quotes are not balanced.</returns>
    public static bool TrySplit(ReadOnlySpan<byte> line, Span<byte> words, ByteRangeList ranges)
    {
        int at = 0;
        int written = 0;
        while (true)
        {
            while (at < line.Length && IsBlank(line[at]))
            {
                at++;
            }
            if (at == line.Length)
            {
                return true;
            }
            int start = written;
            if (!TryWord(line, ref at, words, ref written))
            {
                return false;
            }
            ranges.Add(start, written - start);
        }
    }

    /// <summary>Whether a byte separates words.</summary>
    public static bool IsBlank(byte value) => value is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');

    private static bool TryWord(ReadOnlySpan<byte> line, ref int at, Span<byte> words, ref int written)
    {
        while (at < line.Length)
        {
            byte value = line[at++];
            switch (value)
            {
                case (byte)'"':
                    if (!TryDoubleQuoted(line, ref at, words, ref written))
                    {
                        return false;
                    }
                    return at == line.Length || IsBlank(line[at]);
                case (byte)'\'':
                    if (!TrySingleQuoted(line, ref at, words, ref written))
                    {
                        return false;
                    }
                    return at == line.Length || IsBlank(line[at]);
                default:
                    if (IsBlank(value))
                    {
                        return true;
                    }
                    words[written++] = value;
                    break;
            }
        }
        return true;
    }

    private static bool TryDoubleQuoted(ReadOnlySpan<byte> line, ref int at, Span<byte> words, ref int written)
    {
        while (at < line.Length)
        {
            byte value = line[at++];
            if (value == (byte)'"')
            {
                return true;
            }
            if (value == (byte)'\\' && at < line.Length)
            {
                value = Escaped(line, ref at);
            }
            words[written++] = value;
        }
        return false;
    }

    private static bool TrySingleQuoted(ReadOnlySpan<byte> line, ref int at, Span<byte> words, ref int written)
    {
        while (at < line.Length)
        {
            byte value = line[at++];
            if (value == (byte)'\'')
            {
                return true;
            }
            if (value == (byte)'\\' && at < line.Length && line[at] == (byte)'\'')
            {
                value = line[at++];
            }
            words[written++] = value;
        }
        return false;
    }

    /// <summary>The byte that an escape stands for; <paramref name="at"/> is behind the backslash.</summary>
    private static byte Escaped(ReadOnlySpan<byte> line, ref int at)
    {
        if (line[at] == (byte)'x' && at + 2 < line.Length
            && char.IsAsciiHexDigit((char)line[at + 1]) && char.IsAsciiHexDigit((char)line[at + 2]))
        {
            int high = HexValue(line[at + 1]);
            int low = HexValue(line[at + 2]);
            at += 3;
            return (byte)(high << 4 | low);
        }
        byte value = line[at++];
        return value switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'b' => (byte)'\b',
            (byte)'a' => (byte)'\a',
            _ => value,
        };
    }

    private static int HexValue(byte digit) => digit <= (byte)'9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
