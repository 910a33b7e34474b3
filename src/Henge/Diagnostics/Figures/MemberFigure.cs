namespace Henge.Diagnostics.Figures;

/// <summary>
/// Numbers that a member tells others of itself. Append only: each is sent at its place. Those up to
/// <see cref="HttpConnections"/> are levels or times, the others only rise until CONFIG RESETSTAT.
/// </summary>
internal enum MemberFigure
{
    /// <summary>The member's monotonic clock in milliseconds: rates are by the clock of who counts.</summary>
    ClockMs = 0,

    /// <summary>When its process started, in unix milliseconds.</summary>
    StartedAtMs = 1,

    /// <summary>1 when it serves.</summary>
    IsReady = 2,

    /// <summary>1 when its metrics are on.</summary>
    HasMetrics = 3,

    /// <summary>Slots whose data is on its way to it.</summary>
    LoadingSlots = 4,

    /// <summary>Entries, copies for others included.</summary>
    Entries = 5,

    /// <summary>Memory taken.</summary>
    UsedBytes = 6,

    /// <summary>Memory that may be taken.</summary>
    LimitBytes = 7,

    /// <summary>Keys and values.</summary>
    DataBytes = 8,

    /// <summary>The index.</summary>
    IndexBytes = 9,

    /// <summary>Buffers of connections.</summary>
    BufferBytes = 10,

    /// <summary>Deletions remembered.</summary>
    TombstoneBytes = 11,

    /// <summary>Redis clients connected.</summary>
    Clients = 12,

    /// <summary>HTTP connections open.</summary>
    HttpConnections = 13,

    /// <summary>Reads that found their key.</summary>
    Hits = 14,

    /// <summary>Entries evicted.</summary>
    Evicted = 15,

    /// <summary>Entries whose time was over.</summary>
    Expired = 16,

    /// <summary>Error replies to Redis clients.</summary>
    Errors = 17,

    /// <summary>Bytes received from Redis clients.</summary>
    ReceivedBytes = 18,

    /// <summary>Bytes sent to Redis clients.</summary>
    SentBytes = 19,

    /// <summary>Reads that missed or failed only because the ring changed.</summary>
    TopologyMisses = 20,
}
