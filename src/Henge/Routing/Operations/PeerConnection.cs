using System.Net;

using Henge.Peers;
using Henge.Protocol;
using Henge.Transport;

namespace Henge.Routing.Operations;

/// <summary>
/// The connection of the session that commands of the ring run in: there is none, so nothing is sent and nothing
/// closes.
/// </summary>
internal sealed class PeerConnection : IClientConnection
{
    private static readonly IPEndPoint Nowhere = new(IPAddress.None, 0);

    /// <inheritdoc/>
    public EndPoint RemoteEndPoint => Nowhere;

    /// <inheritdoc/>
    public EndPoint LocalEndPoint => Nowhere;

    /// <inheritdoc/>
    public long PendingOutputBytes => 0;

    /// <inheritdoc/>
    public RingLane? Lane => null;

    /// <inheritdoc/>
    public void RepliesReady()
    {
    }

    /// <inheritdoc/>
    public void Push(ReadOnlyMemory<byte> bytes)
    {
    }

    /// <inheritdoc/>
    public void TakePushed(RespWriter reply)
    {
    }

    /// <inheritdoc/>
    public void Close(bool afterPendingOutput)
    {
    }
}
