using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

using Henge.Transport;
using Henge.Transport.Tls;

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Henge.AspNetCore.Hosting;

/// <summary>
/// A Kestrel listener without a port: the node's transport has accepted and looked at the sockets, puts them into a
/// bounded queue, and Kestrel takes them out here.
/// </summary>
internal sealed class HandedOverListener : IConnectionListener, IHttpSocketSink
{
    private readonly Channel<(Socket Socket, TlsSession? Tls)> _sockets;
    private readonly SocketConnectionContextFactory _factory;
    private readonly HttpConnectionCharge _charge;
    private readonly ClientLimits _clients;

    internal HandedOverListener(
        SocketConnectionContextFactory factory, HttpConnectionCharge charge, HttpLimits limits, ClientLimits clients)
    {
        _clients = clients;
        _factory = factory;
        _charge = charge;
        _sockets = Channel.CreateBounded<(Socket, TlsSession?)>(new BoundedChannelOptions(limits.WaitingConnections)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
    }

    /// <summary>What Kestrel was told to bind to; it listens nowhere by itself.</summary>
    public EndPoint EndPoint { get; internal set; } = new IPEndPoint(IPAddress.None, 0);

    /// <summary>
    /// Queues a socket for Kestrel; false when too many wait or are open, or the listener is closed. Never blocks.
    /// </summary>
    public bool TryTake(Socket socket, TlsSession? tls = null) =>
        _charge.Connections < _clients.MaxClients && _sockets.Writer.TryWrite((socket, tls));

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _sockets.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!_sockets.Reader.TryRead(out (Socket Socket, TlsSession? Tls) taken))
            {
                continue;
            }
            Socket socket = taken.Socket;
            try
            {
                socket.NoDelay = true;
                return _charge.Take(
                    taken.Tls is null ? _factory.Create(socket) : new TlsConnection(socket, taken.Tls));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It was reset or closed while it waited: the others are not to notice.
                taken.Tls?.Dispose();
                socket.Dispose();
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _sockets.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _sockets.Writer.TryComplete();
        while (_sockets.Reader.TryRead(out (Socket Socket, TlsSession? Tls) taken))
        {
            taken.Tls?.Dispose();
            taken.Socket.Dispose();
        }
        _factory.Dispose();
        return ValueTask.CompletedTask;
    }
}
