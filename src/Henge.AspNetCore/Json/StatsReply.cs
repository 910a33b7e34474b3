namespace Henge.AspNetCore.Json;

/// <summary>Reply of <c>GET /v1/stats</c>. Counters count from the node's start or the last CONFIG RESETSTAT.</summary>
internal sealed class StatsReply
{
    /// <summary>Name of the node.</summary>
    public required string Name { get; init; }

    /// <summary>Id of this process, 40 hexadecimal digits.</summary>
    public required string NodeId { get; init; }

    /// <summary>Version of Henge.</summary>
    public required string Version { get; init; }

    /// <summary>Seconds since the node was made.</summary>
    public long UptimeSeconds { get; init; }

    /// <summary>Whether it serves.</summary>
    public bool Ready { get; init; }

    /// <summary>Entries held.</summary>
    public long Entries { get; init; }

    /// <summary>Those with an expiry.</summary>
    public long EntriesWithExpiry { get; init; }

    /// <summary>Accounted bytes.</summary>
    public long UsedBytes { get; init; }

    /// <summary>The memory limit.</summary>
    public long LimitBytes { get; init; }

    /// <summary>Part of the used bytes that the index takes.</summary>
    public long IndexBytes { get; init; }

    /// <summary>Keys and values alone.</summary>
    public long DataBytes { get; init; }

    /// <summary>Part of the used bytes that buffers take.</summary>
    public long BufferBytes { get; init; }

    /// <summary>Reads that found their key.</summary>
    public long Hits { get; init; }

    /// <summary>Reads that did not.</summary>
    public long Misses { get; init; }

    /// <summary>Entries evicted to make room.</summary>
    public long Evicted { get; init; }

    /// <summary>Entries whose deadline passed.</summary>
    public long Expired { get; init; }

    /// <summary>RESP clients connected.</summary>
    public long RespClients { get; init; }

    /// <summary>HTTP connections open.</summary>
    public long HttpConnections { get; init; }
}
