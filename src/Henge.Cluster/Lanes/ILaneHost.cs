using Henge.Cluster.Members;
using Henge.Cluster.Messages;

namespace Henge.Cluster.Lanes;

/// <summary>What a lane asks of its surroundings: a loop of the node, or the simulator. No call waits.</summary>
internal interface ILaneHost
{
    /// <summary>
    /// Queues a request on this lane's own data link to a member; false when there is none or its queue is full. The
    /// host dials and keeps these links by itself, and calls <see cref="Lane.LinkUp"/> and <see cref="Lane.LinkDown"/>.
    /// </summary>
    bool TrySend(MemberId to, ReadOnlySpan<byte> message);

    /// <summary>
    /// Queues an answer on the data link that a request came on; false when it is gone.
    /// </summary>
    /// <param name="link">What the host passed to <see cref="Lane.Receive"/>.</param>
    /// <param name="message">The answer.</param>
    bool TryReply(long link, ReadOnlySpan<byte> message);

    /// <summary>
    /// Makes an operation of what another node's <see cref="Operation.WriteTo"/> wrote; null when it makes no sense.
    /// </summary>
    Operation? Accept(MemberId from, ReadOnlySpan<byte> request);

    /// <summary>
    /// Carries out what another node's <see cref="Operation.WriteTo"/> wrote at once, without an operation, where it
    /// only reads one key of a slot that <see cref="Lane.ServesDirectly"/>; false otherwise, with nothing written.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="answer">Gets, behind what it holds, what <see cref="Operation.WriteReplyTo"/> would write.</param>
    /// <param name="now">The moment.</param>
    bool TryAnswer(ReadOnlySpan<byte> request, MessageWriter answer, Instant now);

    /// <summary>What the commands that just ran on this thread changed; the lane clears it.</summary>
    ChangeBuffer Changes { get; }

    /// <summary>
    /// Tells the core's thread to call <see cref="ClusterCore.Quiesced"/>.
    /// </summary>
    void Quiesced(int lane, long snapshotNumber);
}
