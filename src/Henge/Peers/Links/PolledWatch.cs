using Henge.Peers.Polling;

namespace Henge.Peers.Links;

/// <summary>Watches links by the poll of their thread.</summary>
internal sealed class PolledWatch : ILinkWatch
{
    private readonly ISocketPoll _sockets;

    /// <summary>Creates it for a poll.</summary>
    public PolledWatch(ISocketPoll sockets) => _sockets = sockets;

    /// <inheritdoc/>
    public void Add(PeerLink link) => SetWriting(link, writing: false);

    /// <inheritdoc/>
    public void SetWriting(PeerLink link, bool writing) =>
        _sockets.Watch(link.Socket, link, reading: true, writing);

    /// <inheritdoc/>
    public void Remove(PeerLink link) => _sockets.Forget(link.Socket);
}
