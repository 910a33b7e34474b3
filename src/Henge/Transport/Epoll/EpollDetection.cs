namespace Henge.Transport.Epoll;

/// <summary>Decides, for a loop, what becomes of a connection once its first bytes are there.</summary>
internal sealed class EpollDetection
{
    private readonly byte[] _scratch = new byte[FirstBytes.MaxBytes];
    private readonly EpollLoop _loop;
    private readonly ConnectionHost _host;

    /// <summary>Creates it for a loop.</summary>
    public EpollDetection(EpollLoop loop, ConnectionHost host)
    {
        _loop = loop;
        _host = host;
    }

    /// <summary>Looks at the first bytes without taking them.</summary>
    /// <param name="connection">A connection that is undecided and has something to read.</param>
    /// <param name="isLast">Whether no more bytes are waited for: the client has finished, or the node stops.</param>
    /// <returns>Whether it speaks RESP and may be received from now.</returns>
    public bool Decide(EpollConnection connection, bool isLast)
    {
        int count = connection.Receive(_scratch, Libc.Peek);
        if (count <= 0)
        {
            if (count != -Libc.Again || isLast)
            {
                _loop.Close(connection, CloseReason.Peer);
            }
            return false;
        }
        bool isLocal = ConnectionHost.IsLoopback(connection.Remote.Address);
        switch (FirstBytes.Decide(_scratch.AsSpan(0, count), allowsInline: isLocal))
        {
            case FirstBytesVerdict.Undecided when !isLast:
                connection.Times.CommandIncomplete(isNew: false, _loop.MonotonicMs);
                return false;
            case FirstBytesVerdict.Resp when _host.IsProtectedFrom(connection.Remote.Address):
                _ = connection.Send(ConnectionHost.Protected);
                _loop.Close(connection, CloseReason.Refused);
                return false;
            case FirstBytesVerdict.Resp:
                return _loop.Open(connection);
            case FirstBytesVerdict.Http when _host.Node.HttpSink is { } sink:
                _loop.HandOver(connection, sink);
                return false;
            default:
                _loop.Close(connection, CloseReason.Refused);
                return false;
        }
    }
}
