using Henge.Cluster;

namespace Henge.Simulator.Network;

/// <summary>
/// A connection of two ends, each of which may be open while the other is closed (half-open), until keepalive finds it.
/// </summary>
internal sealed class SimConnection
{
    private readonly SimNetwork _network;
    private readonly LinkEnd _dialler;
    private readonly LinkEnd _acceptor;
    private readonly SimStream _out;
    private readonly SimStream _in;
    private bool _isResetOnItsWay;
    private bool _isHalfOpen;

    public SimConnection(SimNetwork network, long number, LinkKind kind, LinkEnd dialler, LinkEnd acceptor)
    {
        _network = network;
        Kind = kind;
        Number = number;
        _dialler = dialler;
        _acceptor = acceptor;
        _out = new SimStream(network, this, dialler, acceptor);
        _in = new SimStream(network, this, acceptor, dialler);
    }

    /// <summary>Which connection of the run.</summary>
    public long Number { get; }

    public LinkKind Kind { get; }

    public int DiallerHost => _dialler.Host;

    public int AcceptorHost => _acceptor.Host;

    /// <summary>Queues a message of one end; false when its queue is full or the end is closed.</summary>
    public bool TrySend(LinkEnd end, ReadOnlySpan<byte> message, long limit) =>
        From(end).TrySend(message, limit);

    /// <summary>
    /// Closes one end from its own side, by a process that ends it in order (all it has sent arrives) or dies.
    /// </summary>
    public void Close(LinkEnd end, DownReason said)
    {
        if (end.IsClosed)
        {
            return;
        }
        end.IsClosed = true;
        From(end).Break(said, losesSuffix: said != DownReason.Closed);
        Follow();
    }

    /// <summary>Closes one end without a word to the other: its host has vanished.</summary>
    public void Vanish(LinkEnd end)
    {
        end.IsClosed = true;
        Follow();
    }

    /// <summary>Something on the way resets it: both ends get a prefix of what is under way, and the reset.</summary>
    public void Reset()
    {
        _out.Break(DownReason.Reset, losesSuffix: true);
        _in.Break(DownReason.Reset, losesSuffix: true);
    }

    /// <summary>An end learns that it is down.</summary>
    public void Lose(LinkEnd end, DownReason reason)
    {
        if (end.IsClosed)
        {
            return;
        }
        // Messages that its thread has not looked at yet are read before the end of the stream.
        end.Thread.Post(() =>
        {
            if (!end.IsClosed)
            {
                end.Lose(reason);
                Follow();
            }
        });
    }

    /// <summary>A message came to a closed end: its host answers with a reset.</summary>
    public void AnswerReset(LinkEnd sender, LinkEnd closed)
    {
        if (!_isResetOnItsWay && !sender.IsClosed && !_network.IsCut(closed.Host, sender.Host))
        {
            _isResetOnItsWay = true;
            _network.Time.After(_network.Delay(), () =>
            {
                _isResetOnItsWay = false;
                Lose(sender, DownReason.Reset);
            });
        }
    }

    private SimStream From(LinkEnd end) => end == _dialler ? _out : _in;

    // An end was closed.
    private void Follow()
    {
        if (_dialler.IsClosed && _acceptor.IsClosed)
        {
            _network.Forget(this);
        }
        else if (!_isHalfOpen)
        {
            _isHalfOpen = true;
            _network.Time.After(_network.Conditions.KeepAliveUs, KeepAlive);
        }
    }

    private void KeepAlive()
    {
        LinkEnd open = _dialler.IsClosed ? _acceptor : _dialler;
        if (open.IsClosed)
        {
            return;
        }
        if (_network.AreConnected(_dialler.Host, _acceptor.Host))
        {
            Lose(open, DownReason.Reset);
            return;
        }
        _network.Time.After(_network.Conditions.KeepAliveUs, KeepAlive);
    }
}
