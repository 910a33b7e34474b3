using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Peers;
using Henge.Routing.Calls;

namespace Henge.Diagnostics.Figures;

/// <summary>
/// Asks a member for its <see cref="MemberFigures"/>. On the wire it is its kind alone; a member that does not know it
/// yet answers that nothing was done.
/// </summary>
internal sealed class FiguresOperation : Operation
{
    private readonly HengeNode _node;
    private readonly TaskCompletionSource<MemberFigures?> _told =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MemberFigures? _own;

    private FiguresOperation(HengeNode node) => _node = node;

    /// <inheritdoc/>
    public override int KeyCount => 0;

    /// <inheritdoc/>
    public override bool Writes => false;

    /// <inheritdoc/>
    public override bool ReadsKeys => false;

    /// <summary>What another member asks of this one.</summary>
    public static FiguresOperation Of(HengeNode node, RingLane lane) =>
        new(node) { Target = lane.Lane.Snapshot.Self.Id };

    /// <summary>Asks a member.</summary>
    /// <param name="node">This node.</param>
    /// <param name="member">The other.</param>
    /// <param name="patienceMs">How long to wait at most.</param>
    /// <returns>Its figures; null when it did not tell them in time.</returns>
    public static Task<MemberFigures?> AskAsync(HengeNode node, MemberId member, long patienceMs)
    {
        var operation = new FiguresOperation(node)
        {
            Target = member,
            DeadlineMs = node.Ring!.MonotonicMs + patienceMs,
        };
        RingCalls.StartAtMember(node, operation);
        return operation._told.Task;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> KeyAt(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    /// <inheritdoc/>
    public override Slot SlotAt(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    /// <inheritdoc/>
    public override void Execute(Instant now) => _own = MemberFigures.Of(_node);

    /// <inheritdoc/>
    public override void WriteTo(MessageWriter writer) => writer.Byte((byte)RequestKind.Figures);

    /// <inheritdoc/>
    public override void WriteReplyTo(MessageWriter writer) => _own!.WriteTo(writer);

    /// <inheritdoc/>
    public override void Complete(Outcome outcome, bool wasRemote, ReadOnlySpan<byte> reply) =>
        _told.TrySetResult(
            outcome != Outcome.Done ? null
            : wasRemote ? MemberFigures.Read(reply)
            : _own);
}
