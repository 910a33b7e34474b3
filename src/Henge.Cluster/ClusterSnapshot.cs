using Henge.Cluster.Members;
using Henge.Cluster.Rings;

namespace Henge.Cluster;

/// <summary>
/// What the data path knows of the ring: immutable, made by the cluster thread, swapped as one reference. A lane looks
/// at it at least once per turn.
/// </summary>
internal sealed class ClusterSnapshot
{
    /// <summary>Counts up with every snapshot of this node.</summary>
    public required long Number { get; init; }

    /// <summary>This node as it describes itself.</summary>
    public required Member Self { get; init; }

    /// <summary>Every member that is remembered, this one included.</summary>
    public required IReadOnlyDictionary<MemberId, Member> Members { get; init; }

    /// <summary>The placement.</summary>
    public required RingView View { get; init; }

    /// <summary>For each slot, what this node may do.</summary>
    public required SlotAccess[] Access { get; init; }

    /// <summary>For each slot that is <see cref="SlotAccess.Load"/>, its sources; else null.</summary>
    public required SlotLoad?[] Loads { get; init; }

    /// <summary>
    /// For each slot, whether this node holds a complete copy, as owner or replica: READONLY reads may be answered
    /// here.
    /// </summary>
    public required bool[] Complete { get; init; }

    /// <summary>
    /// For each slot, whether this node holds data of it without being its owner and before the owner has all: SCAN and
    /// KEYS look there too.
    /// </summary>
    public required bool[] Leftover { get; init; }

    /// <summary>Whether this node is alone and serves everything: slots need not be looked at.</summary>
    public required bool IsAlone { get; init; }
}
