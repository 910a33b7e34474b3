namespace Henge.Cluster.Lanes.Replicas;

/// <summary>A record that a peer did not take.</summary>
/// <param name="Record">Which.</param>
/// <param name="AgainAtMs">When it is addressed again, on the monotonic clock, if no newer snapshot comes
/// before.</param>
internal readonly record struct RefusedRecord(QueuedRecord Record, long AgainAtMs);
