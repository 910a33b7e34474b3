namespace Henge.Commands;

/// <summary>
/// Redis's glob patterns over bytes: ? one byte, * any run, [abc], [^abc] and [a-z] sets, backslash for the byte
/// itself. A star that fails is retried only from the latest one, so the cost is at most pattern times text and no
/// pattern blows up; as both can be 64 KiB long, a match that takes far more steps than their lengths is given up as
/// none (Redis, which recurses per star, does the same past 1,000 levels).
/// </summary>
internal static class Glob
{
    /// <summary>
    /// Steps allowed for each byte of pattern and text. Patterns that people write take about two; only repetitions
    /// made for it, such as a*a*a*b on a row of a's, take more than a few.
    /// </summary>
    private const int StepsPerByte = 16;

    /// <summary>Steps allowed however short pattern and text are.</summary>
    private const int LeastSteps = 4096;

    /// <summary>Whether all of <paramref name="text"/> matches <paramref name="pattern"/>.</summary>
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text)
    {
        int p = 0;
        int t = 0;
        int starPattern = -1;
        int starText = 0;
        long most = LeastSteps + (long)StepsPerByte * (pattern.Length + text.Length);
        for (long steps = 0; t < text.Length; steps++)
        {
            if (steps == most)
            {
                return false;
            }
            if (p < pattern.Length && pattern[p] == '*')
            {
                starPattern = ++p;
                starText = t;
                continue;
            }
            if (p < pattern.Length && MatchesOne(pattern, ref p, text[t]))
            {
                t++;
                continue;
            }
            if (starPattern < 0)
            {
                return false;
            }
            p = starPattern;
            t = ++starText;
        }
        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }
        return p == pattern.Length;
    }

    /// <summary>Whether the pattern is a plain star, which matches everything.</summary>
    public static bool IsEverything(ReadOnlySpan<byte> pattern) => pattern.Length == 1 && pattern[0] == '*';

    /// <summary>Matches one byte and moves past its part of the pattern.</summary>
    private static bool MatchesOne(ReadOnlySpan<byte> pattern, ref int p, byte b)
    {
        switch (pattern[p])
        {
            case (byte)'?':
                p++;
                return true;
            case (byte)'[':
                return MatchesSet(pattern, ref p, b);
            case (byte)'\\' when p + 1 < pattern.Length:
                p += 2;
                return pattern[p - 1] == b;
            default:
                return pattern[p++] == b;
        }
    }

    /// <summary>A set in brackets. One that is not closed ends with the pattern, as in Redis.</summary>
    private static bool MatchesSet(ReadOnlySpan<byte> pattern, ref int p, byte b)
    {
        p++;
        bool not = p < pattern.Length && pattern[p] == '^';
        if (not)
        {
            p++;
        }
        bool match = false;
        while (p < pattern.Length && pattern[p] != ']')
        {
            if (pattern[p] == '\\' && p + 1 < pattern.Length)
            {
                match |= pattern[p + 1] == b;
                p += 2;
            }
            else if (p + 2 < pattern.Length && pattern[p + 1] == '-')
            {
                byte low = Math.Min(pattern[p], pattern[p + 2]);
                byte high = Math.Max(pattern[p], pattern[p + 2]);
                match |= b >= low && b <= high;
                p += 3;
            }
            else
            {
                match |= pattern[p] == b;
                p++;
            }
        }
        if (p < pattern.Length)
        {
            p++;
        }
        return match != not;
    }
}
