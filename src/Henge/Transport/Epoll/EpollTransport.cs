using System.Net;
using System.Net.Sockets;

using Henge.Transport.Connections;
using Henge.Transport.Tls;

namespace Henge.Transport.Epoll;

/// <summary>The transport for Linux: some loop threads, of which the first also accepts.</summary>
internal sealed class EpollTransport : ITransport
{
    private readonly ConnectionHost _host;
    private EpollLoop[] _loops = [];
    private EpollListener? _listener;

    /// <summary>Creates it for a node; nothing listens yet.</summary>
    public EpollTransport(HengeNode node) => _host = new ConnectionHost(node);

    /// <inheritdoc/>
    public IReadOnlyList<IPEndPoint> EndPoints { get; private set; } = [];

    /// <inheritdoc/>
    public int Lanes => _host.Node.Options.EffectiveLoops;

    /// <inheritdoc/>
    public void Open()
    {
        List<Socket> sockets = ListenSockets.Open(_host.Node.Options);
        EndPoints = sockets.ConvertAll(static socket => (IPEndPoint)socket.LocalEndPoint!);
        _listener = new EpollListener(_host, sockets);
    }

    /// <inheritdoc/>
    public void Start()
    {
        var loops = new List<EpollLoop>();
        try
        {
            for (int i = 0; i < _host.Node.Options.EffectiveLoops; i++)
            {
                loops.Add(new EpollLoop(_host, i, i == 0 ? _listener : null));
            }
        }
        catch
        {
            loops.ForEach(static loop => loop.Dispose());
            throw;
        }
        _loops = [.. loops];
        _listener!.ServeWith(_loops);
        _host.TlsDoor = TlsDoor.Of(_host, this);
        foreach (EpollLoop loop in _loops)
        {
            loop.Start();
        }
    }

    /// <inheritdoc/>
    public bool TryAdopt(Socket socket, TlsSession tls) => _listener!.TryAdopt(socket, tls);

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_listener is null || _loops.Length == 0)
        {
            _listener?.Abandon();
            return;
        }
        // First no more connections, so that none is given to a loop that has ended.
        if (_host.TlsDoor is { } door)
        {
            await door.StopAsync().ConfigureAwait(false);
        }
        _listener.Close();
        _loops[0].Wake();
        await _listener.Closed.ConfigureAwait(false);
        foreach (EpollLoop loop in _loops)
        {
            loop.Stop();
        }
        using CancellationTokenRegistration cut = cancellationToken.Register(CutAll);
        await Task.WhenAll(_loops.Select(static loop => loop.Stopped)).ConfigureAwait(false);
    }

    private void CutAll()
    {
        foreach (EpollLoop loop in _loops)
        {
            loop.Cut();
        }
    }
}
