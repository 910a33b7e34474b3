using Henge.Cluster.Lanes;

namespace Henge.Routing.Calls;

/// <summary>What came of an operation that no client connection waits for.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Bytes">Its reply where it was done, else empty.</param>
internal readonly record struct RingReply(Outcome Outcome, byte[] Bytes);
