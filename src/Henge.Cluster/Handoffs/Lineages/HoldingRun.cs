namespace Henge.Cluster.Handoffs.Lineages;

/// <summary>Slots in a row of which a node has the same.</summary>
/// <param name="First">The first.</param>
/// <param name="Count">How many.</param>
/// <param name="Holding">What it has of each.</param>
internal readonly record struct HoldingRun(int First, int Count, Holding Holding);
