using Henge.Cluster.Members;
using Henge.Cluster.Messages;

namespace Henge.Cluster.Lanes;

/// <summary>
/// One operation on keys of one owner, or on one member, that a lane carries through: to the owner, past a change of
/// the ring, until its writes are replicated. Whoever starts it subclasses it; the lane calls back on its own thread.
/// </summary>
internal abstract class Operation
{
    /// <summary>Its keys; 0 for an operation on a member (<see cref="Target"/>).</summary>
    public abstract int KeyCount { get; }

    /// <summary>One of its keys; the bytes must not change before it is complete.</summary>
    public abstract ReadOnlySpan<byte> KeyAt(int index);

    /// <summary>The slot of one of its keys.</summary>
    public abstract Slot SlotAt(int index);

    /// <summary>
    /// The member that is to carry it out whoever owns what; default (null): the owner of its keys.
    /// </summary>
    public MemberId? Target { get; init; }

    /// <summary>Whether it may change anything: then it is never sent twice.</summary>
    public abstract bool Writes { get; }

    /// <summary>
    /// Whether it needs what is stored under its keys; false for plain overwrites, which need no fetch while loading.
    /// </summary>
    public virtual bool ReadsKeys => true;

    /// <summary>
    /// When the lane gives up, on the monotonic clock; the lane sets it at the start when it is 0, and may shorten it.
    /// Who starts an object again sets it anew.
    /// </summary>
    public long DeadlineMs { get; set; }

    /// <summary>Carries it out on this node. What it answers it keeps until <see cref="Complete"/>.</summary>
    public abstract void Execute(Instant now);

    /// <summary>Writes it for another node, whose <see cref="ILaneHost.Accept"/> reads it.</summary>
    public abstract void WriteTo(MessageWriter writer);

    /// <summary>
    /// The end, called once. After <see cref="Outcome.Done"/> of an operation carried out elsewhere,
    /// <paramref name="reply"/> is what its <see cref="WriteReplyTo"/> wrote there; otherwise it is empty.
    /// </summary>
    public abstract void Complete(Outcome outcome, bool wasRemote, ReadOnlySpan<byte> reply);

    /// <summary>
    /// Writes its answer for the node that asked. Called only for operations from <see cref="ILaneHost.Accept"/>.
    /// </summary>
    public virtual void WriteReplyTo(MessageWriter writer) =>
        throw new NotSupportedException("Only operations of other nodes are answered.");

    /// <summary>The lane's own notes.</summary>
    internal LaneNotes Notes;
}
