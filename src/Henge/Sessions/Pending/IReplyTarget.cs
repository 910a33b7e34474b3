using Henge.Cluster.Lanes;

namespace Henge.Sessions.Pending;

/// <summary>Who waits for the reply of an operation: a place in a session, or a part of something larger.</summary>
internal interface IReplyTarget
{
    /// <summary>The operation has ended; called once, on the lane's thread.</summary>
    /// <param name="part">What the target named the operation when it was started.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="reply">Its reply in RESP where it was done, else empty; ends with the call.</param>
    void Complete(int part, Outcome outcome, ReadOnlySpan<byte> reply);
}
