using Henge.Cluster.Handoffs.Lineages;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs.Plans;

/// <summary>What some nodes have alike of a slot: all that there was in a view, or part of it.</summary>
/// <param name="From">Where it is part: the view with which it begins.</param>
/// <param name="View">The view, or the last of them.</param>
/// <param name="IsComplete">All, or part.</param>
internal readonly record struct Lineage(ViewId From, ViewId View, bool IsComplete)
{
    /// <summary>What a holding has all of.</summary>
    public static Lineage CompleteOf(in Holding holding) => new(holding.Complete, holding.Complete, true);

    /// <summary>What it has part of.</summary>
    public static Lineage PartialOf(in Holding holding) => new(holding.PartialFrom, holding.Partial, false);

    /// <summary>
    /// Whether a node has all that others have of it. Part of a view alone counts only where it went through that node.
    /// </summary>
    public bool IsCoveredBy(in Holding holding, ViewHistory history) => IsComplete
        ? holding.CoversComplete(View, history) : holding.CoversPartial(From, View, history);
}
