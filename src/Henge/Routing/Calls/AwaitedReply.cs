using Henge.Cluster.Lanes;
using Henge.Sessions.Pending;

namespace Henge.Routing.Calls;

/// <summary>
/// A reply that a task waits for; its continuation runs on the thread pool, never on the lane's thread.
/// </summary>
internal sealed class AwaitedReply : IReplyTarget
{
    private readonly TaskCompletionSource<RingReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The reply. Lanes have deadlines, so it always comes.</summary>
    public Task<RingReply> Task => _reply.Task;

    /// <inheritdoc/>
    public void Complete(int part, Outcome outcome, ReadOnlySpan<byte> reply) =>
        _reply.TrySetResult(new RingReply(outcome, reply.ToArray()));
}
