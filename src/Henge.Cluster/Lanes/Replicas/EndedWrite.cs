namespace Henge.Cluster.Lanes.Replicas;

/// <summary>A write whose end its owner has not been told yet: either an operation or a hold.</summary>
/// <param name="Operation">The operation; null for none.</param>
/// <param name="Hold">The hold; null for none.</param>
/// <param name="Outcome">How it ended.</param>
internal readonly record struct EndedWrite(Operation? Operation, Hold? Hold, Outcome Outcome);
