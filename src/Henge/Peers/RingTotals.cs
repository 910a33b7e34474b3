using Henge.Cluster.Lanes;
using Henge.Peers.Happenings;
using Henge.Peers.Links;

namespace Henge.Peers;

/// <summary>What a node's part in the ring has counted since its start, over all lanes and links.</summary>
internal sealed class RingTotals
{
    /// <summary>Reads that missed, or failed, only because the ring changed.</summary>
    public long TopologyMisses { get; init; }

    /// <summary>Entries that transfers brought here.</summary>
    public long Transferred { get; init; }

    /// <summary>
    /// What was noticed of the ring, by <see cref="Cluster.ClusterEventKind"/>; empty where nobody counts.
    /// </summary>
    public long[] Events { get; init; } = [];

    /// <summary>What happened in the ring last.</summary>
    public RingHistory History { get; init; } = new();

    /// <summary>What the lanes count.</summary>
    public LaneCounters Lanes { get; } = new();

    /// <summary>What the links count.</summary>
    public LinkCounters Links { get; init; } = new();

    /// <summary>Adds what one lane has counted; its thread may be counting meanwhile.</summary>
    public void Add(LaneCounters lane)
    {
        Lanes.Forwarded += Volatile.Read(ref lane.Forwarded);
        Lanes.Served += Volatile.Read(ref lane.Served);
        Lanes.Fetched += Volatile.Read(ref lane.Fetched);
        Lanes.Replicated += Volatile.Read(ref lane.Replicated);
        Lanes.Merged += Volatile.Read(ref lane.Merged);
        Lanes.NoRoom += Volatile.Read(ref lane.NoRoom);
        Lanes.Retried += Volatile.Read(ref lane.Retried);
        Lanes.Refused += Volatile.Read(ref lane.Refused);
        Lanes.Unknown += Volatile.Read(ref lane.Unknown);
        Lanes.Unreplicated += Volatile.Read(ref lane.Unreplicated);
        Lanes.BadMessages += Volatile.Read(ref lane.BadMessages);
    }
}
