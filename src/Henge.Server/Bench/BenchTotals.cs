namespace Henge.Server.Bench;

/// <summary>What a run, or a part of one, counted.</summary>
internal sealed class BenchTotals
{
    /// <summary>Time from sending to reply in nanoseconds, one value for each command.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Replies that say there is no such key.</summary>
    public long Misses { get; set; }

    /// <summary>Error replies.</summary>
    public long Errors { get; set; }

    /// <summary>Commands that were GETs.</summary>
    public long Gets { get; set; }

    /// <summary>Text of one error; null when there was none.</summary>
    public string? FirstError { get; set; }

    /// <summary>Adds what <paramref name="other"/> counted.</summary>
    public void Add(BenchTotals other)
    {
        Latency.Add(other.Latency);
        Misses += other.Misses;
        Errors += other.Errors;
        Gets += other.Gets;
        FirstError ??= other.FirstError;
    }
}
