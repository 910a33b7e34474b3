using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs.Lineages;

/// <summary>One view in a node's history.</summary>
/// <param name="View">Which.</param>
/// <param name="Clock">The node's clock when it adopted the view.</param>
internal readonly record struct Epoch(ViewId View, ulong Clock);
