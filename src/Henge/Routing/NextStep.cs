using Henge.Cluster.Lanes;
using Henge.Peers;
using Henge.Sessions.Pending;

namespace Henge.Routing;

/// <summary>Goes on with a reply as work of its own on the lane's thread.</summary>
/// <param name="lane">The lane.</param>
/// <param name="next">Gets how the operation ended, and its reply.</param>
internal sealed class NextStep(RingLane lane, Action<Outcome, byte[]> next) : IReplyTarget
{
    /// <inheritdoc/>
    public void Complete(int part, Outcome outcome, ReadOnlySpan<byte> reply)
    {
        byte[] copy = reply.ToArray();
        lane.Post(_ => next(outcome, copy));
    }
}
