using System.Net;

using Henge.Peers;
using Henge.Protocol;

namespace Henge.Transport;

/// <summary>What a session may ask of the connection that carries it. Members are safe from any thread.</summary>
internal interface IClientConnection
{
    /// <summary>The other side, for CLIENT LIST and limits.</summary>
    EndPoint RemoteEndPoint { get; }

    /// <summary>This side.</summary>
    EndPoint LocalEndPoint { get; }

    /// <summary>Bytes waiting to be sent.</summary>
    long PendingOutputBytes { get; }

    /// <summary>
    /// Queues bytes behind what has been written already and wakes whoever sends (pub/sub, tracking). The bytes must
    /// not change afterwards. A connection that lets more than its output limit wait is closed. What is pushed while
    /// the session consumes input goes behind the replies of that call: a message never overtakes its subscription.
    /// </summary>
    void Push(ReadOnlyMemory<byte> bytes);

    /// <summary>
    /// Moves what was pushed and does not yet stand behind the replies into <paramref name="reply"/>. For a handler on
    /// the connection's own thread that must not be overtaken (UNSUBSCRIBE: no message may follow its confirmation).
    /// </summary>
    void TakePushed(RespWriter reply);

    /// <summary>
    /// The lane of the thread that the session runs on; null when the node takes part in no ring.
    /// </summary>
    RingLane? Lane { get; }

    /// <summary>
    /// Replies that the session waited for are there: have it run, with what input it left, before the thread sleeps.
    /// Called on the lane's thread, and never while the session runs.
    /// </summary>
    void RepliesReady();

    /// <summary>Closes: at once, or once what is queued has been sent.</summary>
    void Close(bool afterPendingOutput);
}
