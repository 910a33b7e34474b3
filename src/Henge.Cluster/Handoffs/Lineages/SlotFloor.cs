namespace Henge.Cluster.Handoffs.Lineages;

/// <summary>The floor of a slot.</summary>
/// <param name="Slot">Which.</param>
/// <param name="Floor">The version.</param>
internal readonly record struct SlotFloor(int Slot, ulong Floor);
