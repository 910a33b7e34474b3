using System.Buffers.Text;

namespace Henge.Commands;

/// <summary>Integers as Redis reads them: the one canonical decimal form and nothing around it.</summary>
internal static class Numbers
{
    /// <summary>Most digits of a 64-bit integer with its sign.</summary>
    public const int MaxIntegerLength = 20;

    /// <summary>
    /// Reads a signed 64-bit integer: an optional minus, no plus, no leading zeros, no blanks, the whole word.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> word, out long value)
    {
        value = 0;
        if ((uint)(word.Length - 1) >= MaxIntegerLength)
        {
            return false;
        }
        int at = word[0] == '-' ? 1 : 0;
        if (at == word.Length)
        {
            return false;
        }
        if (word[at] == '0')
        {
            return word.Length == 1;
        }
        if (word[at] is < (byte)'1' or > (byte)'9')
        {
            return false;
        }
        return Utf8Parser.TryParse(word, out value, out int used) && used == word.Length;
    }
}
