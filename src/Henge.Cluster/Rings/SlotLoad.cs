using Henge.Cluster.Members;

namespace Henge.Cluster.Rings;

/// <summary>Where the keys of a slot that is loading are fetched from. Slots with the same sources share one.</summary>
internal sealed class SlotLoad
{
    /// <summary>
    /// Members to ask, all of them: each may hold what the others do not. One that is gone by now no longer counts.
    /// </summary>
    public required IReadOnlyList<MemberId> Sources { get; init; }

    /// <summary>
    /// Whether what is here (an entry, a tombstone) is fresh, since nothing was here before the load; if not, only
    /// versions above <see cref="Since"/> are.
    /// </summary>
    public required bool TrustsLocal { get; init; }

    /// <summary>
    /// The latest clock of all concerned when the load began: what was written here afterwards is above it.
    /// </summary>
    public required ulong Since { get; init; }

    /// <summary>
    /// Whether a source's clock, or something it has, was so far ahead that the clock here did not follow. Then a
    /// version given here may be below what is on its way, so that overwrites too have to fetch first.
    /// </summary>
    public bool IsBehind { get; init; }
}
