namespace Henge.Server.Status;

/// <summary>One source of discovery in a <see cref="StatusReport"/>.</summary>
internal sealed record StatusSource
{
    private const string Prefix = "discovery";
    private const string SourceMark = "source=";

    /// <summary>As the node's options name it.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it answered when it was asked last.</summary>
    public bool Up { get; init; }

    /// <summary>Addresses that it named last.</summary>
    public long Addresses { get; init; }

    /// <summary>Since it answered last; null: it never has.</summary>
    public TimeSpan? SinceAnswer { get; init; }

    /// <summary>What is wrong now; empty for nothing.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Reads all that INFO has.</summary>
    public static IReadOnlyList<StatusSource> In(InfoFields fields)
    {
        var sources = new List<StatusSource>();
        for (int i = 0; fields.All.TryGetValue($"{Prefix}{i}", out string? line); i++)
        {
            int source = line.IndexOf(SourceMark, StringComparison.Ordinal);
            if (source < 0)
            {
                continue;
            }
            string numbers = line[..source];
            long seconds = StatusReport.Part(numbers, "seconds_since_answer");
            sources.Add(new StatusSource
            {
                Source = line[(source + SourceMark.Length)..],
                Up = StatusReport.Part(numbers, "up") == 1,
                Addresses = StatusReport.Part(numbers, "addresses"),
                SinceAnswer = seconds < 0 ? null : TimeSpan.FromSeconds(seconds),
                Problem = fields.Text($"{Prefix}{i}_problem"),
            });
        }
        return sources;
    }
}
