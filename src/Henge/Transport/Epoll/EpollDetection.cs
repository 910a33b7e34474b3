using Henge.Protocol;
using Henge.Transport.Connections;

namespace Henge.Transport.Epoll;

/// <summary>Decides, for a loop, what becomes of a connection once its first bytes are there.</summary>
internal sealed class EpollDetection
{
    private readonly byte[] _scratch = new byte[ProtocolDetector.MaxPeekBytes];
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
        Admission admission = _host.Admit(_scratch.AsSpan(0, count), connection.Remote);
        switch (admission)
        {
            case Admission.Undecided when !isLast:
                connection.Times.CommandIncomplete(isNew: false, _loop.MonotonicMs);
                return false;
            case Admission.Resp:
                return _loop.Open(connection);
            case Admission.Peer or Admission.Http or Admission.Tls:
                _loop.HandOver(connection, admission);
                return false;
            default:
                _ = connection.Send(ConnectionHost.AnswerTo(admission));
                _loop.Close(connection, CloseReason.Refused);
                return false;
        }
    }
}
