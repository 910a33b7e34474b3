using Henge.Cluster;
using Henge.Cluster.FirstLevels;
using Henge.Cluster.Members;
using Henge.Cluster.Tags;

namespace Henge.Peers;

/// <summary>
/// What the rest of a node asks of its part in the ring. The node implements it with sockets, tests with three nodes in
/// one process and no network.
/// </summary>
internal interface IRing
{
    /// <summary>The newest snapshot; lanes may still go by an older one. Any thread.</summary>
    ClusterSnapshot Snapshot { get; }

    /// <summary>The lanes; for work that has no connection, as HTTP's. Never empty.</summary>
    IReadOnlyList<RingLane> Lanes { get; }

    /// <summary>
    /// Whether this process was stopped for a while and has not asked its peers since: what the snapshot says may be
    /// long past, so nothing may be served by it. Lanes look by themselves. Any thread.
    /// </summary>
    bool IsPaused { get; }

    /// <summary>The clock of <see cref="Cluster.Instant.MonotonicMs"/>. Any thread.</summary>
    long MonotonicMs { get; }

    /// <summary>Keeps first levels coherent; null where nobody does, and then nothing is current.</summary>
    Coherence? Coherence { get; }

    /// <summary>
    /// Has the store tell of its changes from now on, also a node that never met another. A change whose scope is open
    /// at this moment may not be told. Any thread.
    /// </summary>
    void TakeChangesDown();

    /// <summary>
    /// Begins a write right in the store, by a thread of no lane; false when there are others to replicate to. Make it
    /// without waiting for anything, then call <see cref="EndLoneWrite"/>.
    /// </summary>
    bool TryBeginLoneWrite();

    /// <summary>Ends what <see cref="TryBeginLoneWrite"/> began.</summary>
    void EndLoneWrite();

    /// <summary>
    /// Has the cluster thread call <see cref="ClusterCore.FlushAll"/>, then calls back on that thread with the version.
    /// Any thread.
    /// </summary>
    void FlushAll(Action<ulong> done);

    /// <summary>What was invalidated by tag, as this node knows it. Any thread may ask.</summary>
    TagTable Tags { get; }

    /// <summary>
    /// Has the cluster thread call <see cref="RingTags.Invalidate"/>, which calls back on that thread. Any thread.
    /// </summary>
    void InvalidateTags(byte[] tags, Action<bool> done);

    /// <summary>
    /// The state of the ring as the cluster thread sees it; made there, so it takes a moment. Any thread.
    /// </summary>
    Task<ClusterStatus> StatusAsync(CancellationToken cancellationToken);

    /// <summary>What was counted so far. Any thread.</summary>
    RingTotals Totals();

    /// <summary>
    /// Queues a message of the node itself to a member on the control link; false when there is none. Any thread.
    /// </summary>
    bool TrySendControl(MemberId to, ReadOnlySpan<byte> message);
}
