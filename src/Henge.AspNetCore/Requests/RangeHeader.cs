using System.Globalization;

namespace Henge.AspNetCore.Requests;

/// <summary>The Range header (RFC 9110, 14): one range of bytes. Several are ignored, as the RFC allows.</summary>
internal static class RangeHeader
{
    /// <summary>Reads a range against a length.</summary>
    /// <param name="header">The header's value.</param>
    /// <param name="length">Bytes there are.</param>
    /// <param name="start">First byte asked for.</param>
    /// <param name="count">Bytes asked for; 0 when the range lies beyond the end (416).</param>
    /// <returns>False where there is nothing to heed: another unit, several ranges, not well formed.</returns>
    public static bool TryParse(ReadOnlySpan<char> header, int length, out int start, out int count)
    {
        start = 0;
        count = 0;
        if (!header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        ReadOnlySpan<char> range = header[6..].Trim();
        int dash = range.IndexOf('-');
        if (dash < 0 || range.Contains(','))
        {
            return false;
        }
        if (dash == 0)
        {
            if (!TryNumber(range[1..], out long suffix))
            {
                return false;
            }
            count = (int)Math.Min(suffix, length);
            start = length - count;
            return true;
        }
        long last = long.MaxValue;
        if (!TryNumber(range[..dash], out long first)
            || (dash + 1 < range.Length && !TryNumber(range[(dash + 1)..], out last))
            || last < first)
        {
            return false;
        }
        if (first < length)
        {
            start = (int)first;
            count = (int)(Math.Min(last, length - 1) - first + 1);
        }
        return true;
    }

    // Digits alone, and more of them than fit mean "as far as it goes".
    private static bool TryNumber(ReadOnlySpan<char> digits, out long number)
    {
        number = 0;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            number = long.MaxValue;
        }
        return true;
    }
}
