using Henge.Cluster.Handoffs.Lineages;
using Henge.Cluster.Members;

namespace Henge.Cluster.Handoffs.Plans;

/// <summary>Another node and what it has of one slot.</summary>
/// <param name="Id">Who.</param>
/// <param name="Holding">What it has.</param>
/// <param name="History">The views it has adopted.</param>
/// <param name="Load">Slots it already sends to this node: the less, the better.</param>
internal readonly record struct Holder(MemberId Id, Holding Holding, ViewHistory History, int Load);
