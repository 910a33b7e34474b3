using Henge.Cluster;
using Henge.Simulator.Time;

namespace Henge.Simulator.Network;

/// <summary>One end of a connection: which host, which of its threads, and what is done with what comes.</summary>
internal sealed class LinkEnd(int host, SimThread thread)
{
    private readonly List<byte[]> _early = [];
    private Action<byte[]>? _received;
    private Action<DownReason>? _down;
    private DownReason? _earlyDown;

    public int Host => host;

    public SimThread Thread => thread;

    /// <summary>Whether this end is closed.</summary>
    public bool IsClosed { get; set; }

    /// <summary>
    /// Says what is done with what comes, on the thread. What came before (the other side finished the hello first) is
    /// handed over now. <paramref name="down"/> is not called for an end that was closed from here.
    /// </summary>
    public void Bind(Action<byte[]> received, Action<DownReason> down)
    {
        _received = received;
        _down = down;
        foreach (byte[] message in _early)
        {
            received(message);
        }
        if (_earlyDown is DownReason reason)
        {
            down(reason);
        }
    }

    /// <summary>A message came.</summary>
    public void Receive(byte[] message)
    {
        if (IsClosed)
        {
            return;
        }
        if (_received is null)
        {
            _early.Add(message);
            return;
        }
        _received(message);
    }

    /// <summary>The other side closed the connection, or it broke.</summary>
    public void Lose(DownReason reason)
    {
        IsClosed = true;
        if (_down is null)
        {
            _earlyDown = reason;
            return;
        }
        _down(reason);
    }
}
