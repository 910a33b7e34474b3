using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Simulator.Nodes;
using Henge.Simulator.Time;

namespace Henge.Simulator.Network;

/// <summary>
/// One dial with its hello: a way there, the answer of the other side's process, a way back. Ends once, on the
/// dialler's thread: connected, refused by a host without the process, timed out, rejected, or met itself.
/// </summary>
internal sealed class Dial
{
    private readonly World _world;
    private readonly SimNode _from;
    private readonly SimThread _thread;
    private readonly LinkKind _kind;
    private readonly int _lane;
    private readonly Action<Dialled> _done;
    private bool _isOver;

    private Dial(World world, SimNode from, SimThread thread, LinkKind kind, int lane, Action<Dialled> done)
    {
        _world = world;
        _from = from;
        _thread = thread;
        _kind = kind;
        _lane = lane;
        _done = done;
    }

    /// <summary>Dials.</summary>
    public static void Start(
        World world, SimNode from, SimThread thread, string address, LinkKind kind, int lane, Action<Dialled> done)
    {
        var dial = new Dial(world, from, thread, kind, lane, done);
        world.Time.After(world.Network.Conditions.DialTimeoutUs, () => dial.Fail(DownReason.TimedOut));
        world.Time.After(world.Network.Delay(), () => dial.Arrive(SimHost.IndexOf(address)));
    }

    private void Arrive(int index)
    {
        SimHost? host = index >= 0 && index < _world.Hosts.Count ? _world.Hosts[index] : null;
        if (host is null || host.IsVanished || !_world.Network.AreConnected(_from.Host.Index, index))
        {
            return;
        }
        if (host == _from.Host)
        {
            Fail(DownReason.Self);
            return;
        }
        if (host.Node is not { } node)
        {
            _world.Time.After(_world.Network.Delay(), () => Fail(DownReason.Refused));
            return;
        }
        node.CoreThread.Post(() => Accept(node));
    }

    // The other side's process answers the hello.
    private void Accept(SimNode node)
    {
        if (_isOver || _from.IsOver || node.IsOver)
        {
            return;
        }
        Member dialler = _from.Core.Snapshot.Self;
        Member acceptor = node.Core.Snapshot.Self;
        if (dialler.MinWire > acceptor.MaxWire || acceptor.MinWire > dialler.MaxWire)
        {
            _world.Time.After(_world.Network.Delay(), () => Fail(DownReason.Rejected));
            return;
        }
        var near = new LinkEnd(_from.Host.Index, _thread);
        var far = new LinkEnd(node.Host.Index, node.ThreadFor(_kind, _lane));
        SimConnection connection = _world.Network.Connect(_kind, near, far);
        _from.Own(connection, near);
        node.Own(connection, far);
        node.Accepted(dialler, _kind, _lane, connection, far);
        _world.Time.After(_world.Network.Delay(), () => Answer(node, acceptor, connection, near));
    }

    private void Answer(SimNode node, Member acceptor, SimConnection connection, LinkEnd near)
    {
        if (_isOver || _world.Network.IsCut(node.Host.Index, _from.Host.Index))
        {
            connection.Close(near, DownReason.Reset);
            return;
        }
        End(new Dialled(acceptor, connection, near, default));
    }

    private void Fail(DownReason reason) => End(new Dialled(null, null, null, reason));

    private void End(Dialled result)
    {
        if (!_isOver)
        {
            _isOver = true;
            _thread.Post(() => _done(result));
        }
    }
}
