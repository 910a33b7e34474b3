using System.Globalization;

namespace Henge.AspNetCore.Requests;

/// <summary>
/// Durations as people write them: <c>1500ms</c>, <c>30s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>. The unit is not
/// optional.
/// </summary>
internal static class Duration
{
    /// <summary>Longest duration: 100 years. Beyond it an expiry is a mistake, and sums could overflow.</summary>
    public const long MaxMs = 100L * 365 * 24 * 3600 * 1000;

    /// <summary>Reads a positive duration.</summary>
    /// <param name="text">Digits and a unit, nothing else.</param>
    /// <param name="milliseconds">The duration, 1 to <see cref="MaxMs"/>.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out long milliseconds)
    {
        milliseconds = 0;
        int digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0)
        {
            return false;
        }
        long unit = text[digits..] switch
        {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => 0,
        };
        if (unit == 0
            || !long.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            || count == 0 || count > MaxMs / unit)
        {
            return false;
        }
        milliseconds = count * unit;
        return true;
    }
}
