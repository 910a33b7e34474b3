using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;

namespace Henge.Cluster;

/// <summary>The state of the ring as one node sees it, for status pages and metrics.</summary>
internal sealed class ClusterStatus
{
    /// <summary>The view in force.</summary>
    public required RingView View { get; init; }

    /// <summary>Every member that is remembered, by name then id.</summary>
    public required IReadOnlyList<Member> Members { get; init; }

    /// <summary>Slots this node owns.</summary>
    public required int OwnedSlots { get; init; }

    /// <summary>Slots of which it is a replica.</summary>
    public required int ReplicaSlots { get; init; }

    /// <summary>Slots it is to hold whose data is still on its way.</summary>
    public required int LoadingSlots { get; init; }

    /// <summary>Transfers under way, incoming and outgoing.</summary>
    public required IReadOnlyList<TransferStatus> Transfers { get; init; }

    /// <summary>Round trips of probes by member, the smoothed mean in microseconds.</summary>
    public required IReadOnlyDictionary<MemberId, long> RoundTripMicroseconds { get; init; }

    /// <summary>Clocks of members against this node's, in milliseconds; positive: ahead.</summary>
    public required IReadOnlyDictionary<MemberId, long> ClockSkewMs { get; init; }

    /// <summary>Differences that repair mended since the start.</summary>
    public required long Repaired { get; init; }

    /// <summary>Reads that missed or failed only because the ring changed, since the start.</summary>
    public required long TopologyMisses { get; init; }

    /// <summary>Views adopted since the start.</summary>
    public required long Views { get; init; }

    /// <summary>The cluster-wide flush version.</summary>
    public required ulong FlushVersion { get; init; }
}
