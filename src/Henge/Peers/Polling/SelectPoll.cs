using System.Net;
using System.Net.Sockets;

namespace Henge.Peers.Polling;

/// <summary>
/// Waits by the runtime's select, which every system has. A datagram socket that is connected to itself wakes it.
/// </summary>
internal sealed class SelectPoll : ISocketPoll
{
    private readonly Dictionary<Socket, (object Owner, bool Reading, bool Writing)> _watched = [];
    private readonly List<Socket> _readable = [];
    private readonly List<Socket> _writable = [];
    private readonly List<Socket> _failed = [];
    private readonly List<PollEvent> _events = [];
    private readonly Socket _wake = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private int _sleeping;

    /// <summary>Creates one that watches nothing.</summary>
    public SelectPoll()
    {
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wake.Connect(_wake.LocalEndPoint!);
        _wake.Blocking = false;
    }

    /// <inheritdoc/>
    public void Watch(Socket socket, object owner, bool reading, bool writing) =>
        _watched[socket] = (owner, reading, writing);

    /// <inheritdoc/>
    public void Forget(Socket socket) => _watched.Remove(socket);

    /// <inheritdoc/>
    public void AnnounceSleep() => Interlocked.Exchange(ref _sleeping, 1);

    /// <inheritdoc/>
    public IReadOnlyList<PollEvent> Wait(int timeoutMs)
    {
        _events.Clear();
        _readable.Clear();
        _writable.Clear();
        _failed.Clear();
        _readable.Add(_wake);
        foreach ((Socket socket, (_, bool reading, bool writing)) in _watched)
        {
            if (reading)
            {
                _readable.Add(socket);
            }
            if (writing)
            {
                // A connect that failed is reported as an error on some systems and as writable on others.
                _writable.Add(socket);
                _failed.Add(socket);
            }
        }
        Socket.Select(_readable, _writable, _failed, timeoutMs * 1000);
        Volatile.Write(ref _sleeping, 0);
        Report(_readable, canRead: true);
        Report(_writable, canRead: false);
        Report(_failed, canRead: false);
        return _events;
    }

    /// <inheritdoc/>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _sleeping, 0) == 1)
        {
            _wake.Send([0], SocketFlags.None, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();

    private void Report(List<Socket> sockets, bool canRead)
    {
        Span<byte> scrap = stackalloc byte[16];
        foreach (Socket socket in sockets)
        {
            if (socket == _wake)
            {
                while (_wake.Receive(scrap, SocketFlags.None, out SocketError error) > 0
                    && error == SocketError.Success)
                {
                }
            }
            else
            {
                _events.Add(new PollEvent(_watched[socket].Owner, canRead, !canRead));
            }
        }
    }
}
