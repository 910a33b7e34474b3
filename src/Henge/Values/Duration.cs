using System.Globalization;

namespace Henge.Values;

/// <summary>Spans of time in text: a number and ms, s, m, h or d. Only 0 may stand without a unit.</summary>
internal static class Duration
{
    private static readonly (string Unit, double Milliseconds)[] _units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>Reads a span of time.</summary>
    /// <returns>False when the text is none, or above 10,000 days.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
        {
            end++;
        }
        if (!double.TryParse(
            text[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            return false;
        }
        ReadOnlySpan<char> unit = text[end..];
        if (unit.Length == 0)
        {
            return number == 0;
        }
        foreach ((string name, double milliseconds) in _units)
        {
            if (unit.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                double total = Math.Round(number * milliseconds);
                if (total > TimeSpan.FromDays(10_000).TotalMilliseconds)
                {
                    return false;
                }
                value = TimeSpan.FromMilliseconds(total);
                return true;
            }
        }
        return false;
    }

    /// <summary>Writes a span in the greatest unit that divides it: <c>90s</c>, <c>2h</c>, <c>1500ms</c>.</summary>
    public static string Format(TimeSpan value)
    {
        long milliseconds = (long)value.TotalMilliseconds;
        if (milliseconds == 0)
        {
            return "0";
        }
        int at = _units.Length - 1;
        while (at > 0 && milliseconds % (long)_units[at].Milliseconds != 0)
        {
            at--;
        }
        long number = milliseconds / (long)_units[at].Milliseconds;
        return number.ToString(CultureInfo.InvariantCulture) + _units[at].Unit;
    }

    /// <summary>Writes a span for people in its two greatest units: <c>3d 4h</c>, <c>12m 5s</c>.</summary>
    public static string Words(TimeSpan value) => value switch
    {
        { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{value.Days}d {value.Hours}h"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{value.Hours}h {value.Minutes}m"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{value.Minutes}m {value.Seconds}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)value.TotalSeconds}s"),
    };
}
