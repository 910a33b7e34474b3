namespace Henge.Server.CommandLine;

/// <summary>
/// Guesses what a mistyped name was meant to be, by edit distance with swaps (optimal string alignment).
/// </summary>
internal static class Suggestion
{
    /// <summary>
    /// The closest candidate, or null when none is close: at most one error per three letters, or the text is the
    /// beginning of exactly one candidate.
    /// </summary>
    public static string? For(string text, IEnumerable<string> candidates)
    {
        string? best = null;
        string? begins = null;
        int starts = 0;
        int bestDistance = int.MaxValue;
        foreach (string candidate in candidates)
        {
            int distance = Distance(text.ToLowerInvariant(), candidate);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
            if (text.Length >= 2 && candidate.StartsWith(text, StringComparison.OrdinalIgnoreCase))
            {
                begins = candidate;
                starts++;
            }
        }
        if (best is not null && bestDistance <= Math.Max(1, Math.Min(text.Length, best.Length) / 3))
        {
            return best;
        }
        return starts == 1 ? begins : null;
    }

    private static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }
                int replace = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replace, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }
        return cost[a.Length, b.Length];
    }
}
