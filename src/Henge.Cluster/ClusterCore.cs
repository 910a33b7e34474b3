using Henge.Cluster.Members;
using Henge.Storage;

namespace Henge.Cluster;

/// <summary>
/// One node's part in the ring: membership, views, handoff and repair. It does no I/O and reads no clock; one thread
/// calls it, with everything that happens and with <see cref="Tick"/>. What the loops need of it is in
/// <see cref="Snapshot"/> and <see cref="Shared"/>.
/// </summary>
internal sealed class ClusterCore
{
    /// <summary>Creates the core of a node; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="options">Its parameters.</param>
    /// <param name="self">The node as it describes itself, in phase Joining.</param>
    /// <param name="store">The node's entries.</param>
    /// <param name="host">Its surroundings.</param>
    /// <param name="seed">Of its random choices.</param>
    public ClusterCore(ClusterOptions options, Member self, Store store, IClusterHost host, ulong seed) =>
        throw new NotImplementedException();

    /// <summary>What the lanes go by; never null.</summary>
    public ClusterSnapshot Snapshot => throw new NotImplementedException();

    /// <summary>What the lanes and the core tell each other.</summary>
    public LaneShared Shared => throw new NotImplementedException();

    /// <summary>When <see cref="Tick"/> has something to do next, on the monotonic clock; at most 50 ms away.</summary>
    public long NextTickMs => throw new NotImplementedException();

    /// <summary>Whether it belongs to a ring (perhaps of one) and serves: gates readiness.</summary>
    public bool IsReady => throw new NotImplementedException();

    /// <summary>Dials the seeds; without any, or when none answers in time, begins a ring of its own.</summary>
    public void Start(Instant now) => throw new NotImplementedException();

    /// <summary>Does what is due.</summary>
    public void Tick(Instant now) => throw new NotImplementedException();

    /// <summary>A link with a member is up; the first of a kind, or one more.</summary>
    /// <param name="peer">The member as it described itself in the hello.</param>
    /// <param name="link">Which link.</param>
    /// <param name="dialled">The address that was dialled; null when the peer dialled.</param>
    /// <param name="now">Now.</param>
    public void LinkUp(Member peer, LinkKind link, string? dialled, Instant now) => throw new NotImplementedException();

    /// <summary>The last link of a kind with a member is down.</summary>
    public void LinkDown(MemberId peer, LinkKind link, DownReason reason, Instant now) =>
        throw new NotImplementedException();

    /// <summary>A dial came to nothing.</summary>
    public void DialFailed(string address, DownReason reason, Instant now) => throw new NotImplementedException();

    /// <summary>A message came on a control or bulk link.</summary>
    public void Receive(MemberId from, LinkKind link, ReadOnlySpan<byte> message, Instant now) =>
        throw new NotImplementedException();

    /// <summary>A lane has settled its writes under way for a snapshot.</summary>
    public void Quiesced(int lane, long snapshotNumber, Instant now) => throw new NotImplementedException();

    /// <summary>
    /// Begins to leave: hands everything over, then reports <see cref="ClusterEventKind.LeaveDone"/>.
    /// </summary>
    public void Leave(Instant now) => throw new NotImplementedException();

    /// <summary>Figures for status, INFO and metrics.</summary>
    public ClusterStatus Status(Instant now) => throw new NotImplementedException();

    /// <summary>
    /// Deletes everything in the whole ring: raises the flush version here and tells all members, absent ones when they
    /// are back. Returns it.
    /// </summary>
    public ulong FlushAll(Instant now) => throw new NotImplementedException();
}
