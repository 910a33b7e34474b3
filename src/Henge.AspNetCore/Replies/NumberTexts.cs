using System.Globalization;

namespace Henge.AspNetCore.Replies;

/// <summary>Header texts of small numbers of seconds, made once each: an hour of them covers most caches.</summary>
internal static class NumberTexts
{
    private const int Kept = 3601;

    private static readonly string?[] Plain = new string?[Kept];
    private static readonly string?[] MaxAges = new string?[Kept];

    /// <summary>Whole seconds, rounded down; 0 for a negative time (a clock that was set back).</summary>
    public static string Seconds(long milliseconds)
    {
        long seconds = Math.Max(0, milliseconds / 1000);
        return seconds < Kept
            ? Plain[seconds] ??= seconds.ToString(CultureInfo.InvariantCulture)
            : seconds.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary><c>max-age=</c> with whole seconds, rounded down: a cache may let go early, never late.</summary>
    public static string MaxAge(long milliseconds)
    {
        long seconds = Math.Max(0, milliseconds / 1000);
        return seconds < Kept
            ? MaxAges[seconds] ??= string.Create(CultureInfo.InvariantCulture, $"max-age={seconds}")
            : string.Create(CultureInfo.InvariantCulture, $"max-age={seconds}");
    }
}
