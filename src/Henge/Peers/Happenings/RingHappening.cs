using Henge.Cluster;

namespace Henge.Peers.Happenings;

/// <summary>An event of the ring and its time.</summary>
/// <param name="AtMs">Unix milliseconds.</param>
/// <param name="Event">What happened.</param>
internal readonly record struct RingHappening(long AtMs, ClusterEvent Event);
