namespace Henge.AspNetCore.Dashboard.Json;

/// <summary>What one member has counted, or all of them together.</summary>
internal sealed class MemberReply
{
    /// <summary>Version of Henge; empty for all together.</summary>
    public required string Version { get; init; }

    /// <summary>Seconds since its start; of all together the shortest.</summary>
    public long UptimeSeconds { get; init; }

    /// <summary>Whether it serves.</summary>
    public bool Ready { get; init; }

    /// <summary>Whether its metrics are on: if not there are no latencies, miss reasons and HTTP requests.</summary>
    public bool Metrics { get; init; }

    /// <summary>Slots whose data is on its way to it.</summary>
    public long LoadingSlots { get; init; }

    /// <summary>Entries held, copies for others included.</summary>
    public long Entries { get; init; }

    /// <summary>Memory taken, in bytes.</summary>
    public long UsedBytes { get; init; }

    /// <summary>Memory that may be taken, in bytes.</summary>
    public long LimitBytes { get; init; }

    /// <summary>What the memory taken is for, in bytes: data, index, buffers, tombstones, overhead.</summary>
    public required IReadOnlyDictionary<string, long> Parts { get; init; }

    /// <summary>Reads that found their key, since the start.</summary>
    public long Hits { get; init; }

    /// <summary>Reads that did not, by why, since the start.</summary>
    public required IReadOnlyDictionary<string, long> Misses { get; init; }

    /// <summary>Entries evicted since the start.</summary>
    public long Evicted { get; init; }

    /// <summary>Reads that missed only because the ring changed, since the start.</summary>
    public long TopologyMisses { get; init; }

    /// <summary>Redis clients connected.</summary>
    public long Clients { get; init; }

    /// <summary>HTTP connections open.</summary>
    public long HttpConnections { get; init; }

    /// <summary>What was counted of late; null until there are two looks to compare.</summary>
    public RatesReply? Rates { get; init; }
}
