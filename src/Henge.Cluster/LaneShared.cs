namespace Henge.Cluster;

/// <summary>What the core and the lanes of one node tell each other without messages; safe from any thread.</summary>
internal sealed class LaneShared
{
    private long _serveUntilMs = long.MaxValue;
    private long _topologyMisses;

    /// <summary>
    /// Until when (monotonic) this node may serve as owner without having heard from its cluster thread: a process that
    /// was stopped must not answer from what it knew before (docs/ring.md).
    /// </summary>
    public long ServeUntilMs
    {
        get => Volatile.Read(ref _serveUntilMs);
        set => Volatile.Write(ref _serveUntilMs, value);
    }

    /// <summary>Reads answered "miss" or with an error only because of a change of the ring.</summary>
    public long TopologyMisses => Volatile.Read(ref _topologyMisses);

    /// <summary>Counts one.</summary>
    public void CountTopologyMiss() => Interlocked.Increment(ref _topologyMisses);
}
