namespace Henge.Simulator.Workload;

/// <summary>What the clients of a run do.</summary>
internal sealed record WorkloadOptions
{
    /// <summary>Keys that only INCR and GET touch.</summary>
    public int Counters { get; init; } = 10;

    /// <summary>Keys of their own.</summary>
    public int Plain { get; init; } = 150;

    /// <summary>Groups of 4 keys that share a slot.</summary>
    public int Groups { get; init; } = 15;

    /// <summary>Mean time between two batches of requests, over all nodes; 0 for none.</summary>
    public long MeanGapUs { get; init; } = 20_000;

    /// <summary>Batches of requests for each invalidation of a tag, about.</summary>
    public int RequestsPerInvalidation { get; init; } = 50;

    /// <summary>
    /// Mean time between two reads through first levels, over all nodes; 0: nobody has one, and no node is asked.
    /// </summary>
    public long MeanKeptGapUs { get; init; }

    /// <summary>Most requests of a batch, sent to one node at once.</summary>
    public int MaxBatch { get; init; } = 4;

    /// <summary>Typical size of a value.</summary>
    public int ValueBytes { get; init; } = 100;

    /// <summary>How often a value is much larger.</summary>
    public double LargeChance { get; init; }

    /// <summary>Shortest and longest time to live.</summary>
    public long MinTtlMs { get; init; } = 500;

    /// <summary>As above, the longest.</summary>
    public long MaxTtlMs { get; init; } = 30_000;

    /// <summary>Weight of deletions among ten parts of the work.</summary>
    public double DeleteShare { get; init; } = 0.12;

    /// <summary>Share of writes with expiry.</summary>
    public double ExpiringShare { get; init; } = 0.08;

    /// <summary>Share of reads.</summary>
    public double ReadShare { get; init; } = 0.4;

    /// <summary>How often a request goes through the lane although the node could serve it directly.</summary>
    public double IndirectChance { get; init; } = 0.3;
}
