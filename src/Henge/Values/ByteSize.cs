using System.Globalization;

namespace Henge.Values;

/// <summary>
/// Sizes in text. A unit is a power of 1024 however it is written (<c>512m</c>, <c>512mb</c>, <c>512MiB</c> are the
/// same), so nobody has to know which of two meanings a program picked.
/// </summary>
internal static class ByteSize
{
    private static readonly string[] _units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>
    /// Reads a size: digits, at most one point, and a unit of b, k, m, g or t with an optional b or ib.
    /// </summary>
    /// <returns>False when the text is no size or more bytes than a signed 64-bit number holds.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out long bytes)
    {
        bytes = 0;
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
        {
            end++;
        }
        int power = PowerOf(text[end..].Trim());
        if (power < 0 || !decimal.TryParse(
            text[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
        {
            return false;
        }
        for (int i = 0; i < power; i++)
        {
            if (number > long.MaxValue / 1024)
            {
                return false;
            }
            number *= 1024;
        }
        if (number > long.MaxValue || (power == 0 && number != decimal.Truncate(number)))
        {
            return false;
        }
        bytes = (long)number;
        return true;
    }

    /// <summary>Writes a size for people: <c>64 MiB</c>, <c>1.5 GiB</c>.</summary>
    public static string Format(long bytes)
    {
        double value = bytes;
        int unit = 0;
        while (Math.Abs(value) >= 1024 && unit < _units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        string number = value.ToString(value >= 100 || unit == 0 ? "0" : "0.#", CultureInfo.InvariantCulture);
        return number + " " + _units[unit];
    }

    private static int PowerOf(ReadOnlySpan<char> unit)
    {
        if (unit.Length == 0 || unit.Equals("b", StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }
        ReadOnlySpan<char> rest = unit[1..];
        if (rest.Length > 0 && !rest.Equals("b", StringComparison.OrdinalIgnoreCase)
            && !rest.Equals("ib", StringComparison.OrdinalIgnoreCase))
        {
            return -1;
        }
        int at = "kmgt".IndexOf(char.ToLowerInvariant(unit[0]), StringComparison.Ordinal);
        return at < 0 ? -1 : at + 1;
    }
}
