using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs.Plans;

/// <summary>What some nodes have alike of a slot: all that there was in a view, or part of it.</summary>
/// <param name="View">The view.</param>
/// <param name="IsComplete">All, or part.</param>
internal readonly record struct Lineage(ViewId View, bool IsComplete)
{
    /// <summary>
    /// Whether a node has all that others have of it. Part of a view alone counts only where it went through that node.
    /// </summary>
    public bool IsCoveredBy(in Holder holder) => IsComplete
        ? holder.Holding.CoversComplete(View, holder.History)
        : holder.Holding.CoversPartial(View, holder.History);
}
