using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

using Henge.Peers.Lanes;
using Henge.Transport.Connections;
using Henge.Transport.Tls;

namespace Henge.Transport.Sockets;

/// <summary>The transport for every system: a task per connection over the runtime's asynchronous sockets.</summary>
internal sealed class SocketTransport : ITransport, IDisposable
{
    /// <summary>Rest after the system had no descriptors left.</summary>
    private static readonly TimeSpan AcceptRest = TimeSpan.FromMilliseconds(100);

    private readonly ConnectionHost _host;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<SocketConnection, Task> _connections = new();
    private readonly List<Task> _background = [];
    private List<Socket> _listeners = [];
    private GatedLane? _lane;

    /// <summary>Creates it for a node; nothing listens yet.</summary>
    public SocketTransport(HengeNode node) => _host = new ConnectionHost(node);

    /// <inheritdoc/>
    public IReadOnlyList<IPEndPoint> EndPoints { get; private set; } = [];

    /// <inheritdoc/>
    public int Lanes => 1;

    /// <inheritdoc/>
    public void Open()
    {
        _listeners = ListenSockets.Open(_host.Node.Options);
        EndPoints = _listeners.ConvertAll(static socket => (IPEndPoint)socket.LocalEndPoint!);
    }

    /// <inheritdoc/>
    public void Start()
    {
        if (_host.Ring is { } ring)
        {
            _lane = new GatedLane(ring);
            _lane.Start();
        }
        _host.TlsDoor = TlsDoor.Of(_host, this);
        foreach (Socket listener in _listeners)
        {
            _background.Add(Task.Run(() => AcceptAsync(listener)));
        }
        _background.Add(Task.Run(CheckTimesAsync));
    }

    /// <inheritdoc/>
    public bool TryAdopt(Socket socket, TlsSession tls)
    {
        if (_stopping.IsCancellationRequested || _host.IsFull(((IPEndPoint)socket.RemoteEndPoint!).Address))
        {
            return false;
        }
        socket.Blocking = true;
        Run(new SocketConnection(_host, socket, tls));
        return true;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_host.TlsDoor is { } door)
        {
            await door.StopAsync().ConfigureAwait(false);
        }
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_background).ConfigureAwait(false);
        Dispose();
        foreach (SocketConnection connection in _connections.Keys)
        {
            connection.Stop();
        }
        Task all = Task.WhenAll(_connections.Values);
        try
        {
            await all.WaitAsync(_host.Limits.StopTimeout, _host.Node.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            Log.ConnectionsCut(_host.Node.Logger, _connections.Count);
            foreach (SocketConnection connection in _connections.Keys)
            {
                connection.RequestClose(CloseReason.Stop);
            }
            await all.ConfigureAwait(false);
        }
        if (_lane is not null)
        {
            await _lane.StopAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listeners.ForEach(static listener => listener.Dispose());
        _stopping.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Admit(await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException exception)
            {
                if (exception.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    _host.ReportNoDescriptors(exception.NativeErrorCode);
                    await Task.Delay(AcceptRest, CancellationToken.None).ConfigureAwait(false);
                }
                // Any other: the connection was gone before we came to it, and the next one is another.
            }
        }
    }

    private void Admit(Socket socket)
    {
        Interlocked.Increment(ref _host.Node.Counters.ConnectionsReceived);
        SocketConnection connection;
        try
        {
            var remote = (IPEndPoint)socket.RemoteEndPoint!;
            if (_host.IsFull(remote.Address))
            {
                socket.Send(ConnectionHost.TooManyClients);
                socket.Dispose();
                _host.Report(CloseReason.Refused, remote);
                return;
            }
            ListenSockets.Configure(socket, _host.Limits);
            connection = new SocketConnection(_host, socket);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            socket.Dispose();
            return;
        }
        Run(connection);
    }

    private void Run(SocketConnection connection)
    {
        Task running = Task.Run(connection.RunAsync);
        _connections[connection] = running;
        running.ContinueWith(
            static (_, state) =>
            {
                (ConcurrentDictionary<SocketConnection, Task> all, SocketConnection ended) =
                    ((ConcurrentDictionary<SocketConnection, Task>, SocketConnection))state!;
                all.TryRemove(ended, out Task? _);
            },
            (_connections, connection),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task CheckTimesAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(_host.CheckIntervalMs, _stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            long nowMs = _host.MonotonicMs;
            foreach (SocketConnection connection in _connections.Keys)
            {
                connection.CheckTimes(nowMs);
            }
        }
    }
}
