using Henge.Cluster.Members;
using Henge.Storage;

namespace Henge.Cluster.Lanes;

/// <summary>
/// The data path of one loop: routes operations, forwards, fetches keys that have not arrived, replicates what was written
/// and releases replies when the replicas have it. It does no I/O; one thread calls it.
/// </summary>
internal sealed class Lane
{
    /// <summary>Creates a lane.</summary>
    /// <param name="number">Which of the node's.</param>
    /// <param name="options">The node's parameters.</param>
    /// <param name="store">The node's entries.</param>
    /// <param name="shared">What it shares with the core.</param>
    /// <param name="snapshot">What it goes by at first.</param>
    /// <param name="host">Its surroundings.</param>
    public Lane(
        int number, ClusterOptions options, Store store, LaneShared shared, ClusterSnapshot snapshot, ILaneHost host) =>
        throw new NotImplementedException();

    /// <summary>What it goes by.</summary>
    public ClusterSnapshot Snapshot => throw new NotImplementedException();

    /// <summary>Counters, written by this lane alone and read by any thread.</summary>
    public LaneCounters Counters { get; } = new();

    /// <summary>
    /// Whether commands on a slot may be carried out here directly, without <see cref="Start"/>; what they write must then
    /// be given to <see cref="Commit"/> before anything of the answer is sent. O(1), asked for every command.
    /// </summary>
    public bool ServesDirectly(Slot slot, Instant now) => throw new NotImplementedException();

    /// <summary>
    /// Whether writes have replicas to go to at all; if not, changes may be dropped and <see cref="Commit"/> left out.
    /// </summary>
    public bool Replicates => throw new NotImplementedException();

    /// <summary>Goes by a newer snapshot from now on.</summary>
    public void Adopt(ClusterSnapshot snapshot, Instant now) => throw new NotImplementedException();

    /// <summary>
    /// Carries an operation through; its <see cref="Operation.Complete"/> may be called before this returns.
    /// Operations on one key that one caller starts one after another are carried out in that order.
    /// </summary>
    public void Start(Operation operation, Instant now) => throw new NotImplementedException();

    /// <summary>
    /// Replicates what the host's <see cref="ILaneHost.Changes"/> has gathered and clears it; releases the hold, perhaps
    /// before this returns, when that is done.
    /// </summary>
    public void Commit(Hold hold, Instant now) => throw new NotImplementedException();

    /// <summary>
    /// A request of another node came on a data link that it dialled. False when it makes no sense: close that link.
    /// </summary>
    public bool Receive(MemberId from, long link, ReadOnlySpan<byte> message, Instant now) =>
        throw new NotImplementedException();

    /// <summary>
    /// An answer came on this lane's own data link. False when it makes no sense: close that link.
    /// </summary>
    public bool ReceiveReply(MemberId from, ReadOnlySpan<byte> message, Instant now) =>
        throw new NotImplementedException();

    /// <summary>This lane's own data link to a member is up.</summary>
    public void LinkUp(MemberId peer, Instant now) => throw new NotImplementedException();

    /// <summary>It is down; what was under way on it is lost or not, nobody knows.</summary>
    public void LinkDown(MemberId peer, Instant now) => throw new NotImplementedException();

    /// <summary>A data link that another node dialled is down: answers to it are dropped.</summary>
    public void RequesterGone(long link) => throw new NotImplementedException();

    /// <summary>Ends what has passed its deadline. Call it at least every 50 ms while <see cref="IsBusy"/>.</summary>
    public void Tick(Instant now) => throw new NotImplementedException();

    /// <summary>Whether anything is under way.</summary>
    public bool IsBusy => throw new NotImplementedException();

    /// <summary>
    /// Sends what was gathered for replicas and forwards of this turn. Call it once at the end of each turn of the loop.
    /// </summary>
    public void Flush(Instant now) => throw new NotImplementedException();
}
