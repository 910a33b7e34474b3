using System.Net;
using System.Net.Sockets;

using Henge.Transport;
using Henge.Transport.Tls;

using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Henge.AspNetCore.Hosting;

/// <summary>
/// Kestrel for one node, on the node's own port: sockets come from the node's transport through
/// <see cref="TryTake"/>. Start it before the node listens; stop it after the node has stopped accepting.
/// </summary>
internal sealed class HttpHost : IHttpSocketSink, IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly HandedOverListener _listener;
    private readonly HttpApi _api;
    private readonly CancellationTokenSource _stopping = new();
    private bool _started;

    /// <summary>Creates the host and makes it the node's HTTP sink.</summary>
    public HttpHost(HengeNode node, HttpLimits? limits = null)
    {
        limits ??= new HttpLimits();
        // The handlers are short and never block, so they run where the socket's completion arrives: one switch less.
        var sockets = new SocketConnectionFactoryOptions
        {
            UnsafePreferInlineScheduling = true,
            MaxReadBufferSize = limits.RequestBufferBytes,
            MaxWriteBufferSize = limits.ResponseBufferBytes,
        };
        var charge = new HttpConnectionCharge(node.Store, limits);
        // Kestrel's own lines are about single connections and requests; what matters is answered or logged by the API.
        _listener = new HandedOverListener(
            new SocketConnectionContextFactory(sockets, NullLogger.Instance), charge, limits, node.Options.Limits);
        var options = new KestrelServerOptions();
        limits.Apply(options, node.Options.MaxValue);
        options.Listen(new IPEndPoint(IPAddress.None, 0), static listen => listen.Protocols = HttpProtocols.Http1);
        _server = new KestrelServer(
            Options.Create(options), new HandedOverListenerFactory(_listener), NullLoggerFactory.Instance);
        _api = new HttpApi(node, limits, charge, _stopping.Token);
        node.HttpSink = this;
    }

    /// <summary>Who listens to events now.</summary>
    public int Listeners => _api.Listeners;

    /// <inheritdoc/>
    public bool TryTake(Socket socket, TlsSession? tls = null) => _listener.TryTake(socket, tls);

    /// <summary>Begins to take sockets.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync(new HttpApplication(_api), cancellationToken).ConfigureAwait(false);
        _started = true;
    }

    /// <summary>
    /// Stops: takes no more sockets, closes idle connections, ends streams of events, lets other requests in flight
    /// finish until the token is cancelled, then cuts them.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_started)
        {
            await _server.StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Cuts what is left and gives everything back.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        await StopAsync(now.Token).ConfigureAwait(false);
        _server.Dispose();
        _stopping.Dispose();
        await _listener.DisposeAsync().ConfigureAwait(false);
    }
}
