using Henge.Cluster;
using Henge.Simulator.Time;

namespace Henge.Simulator.Network;

/// <summary>
/// The network between the hosts: delays, and what is cut. A cut is of one direction between two hosts and may be made
/// several times over; what is under way waits, as TCP sends it again, until the cut heals or the sender gives up.
/// </summary>
internal sealed class SimNetwork(
    SimTime time, SimRandom random, NetworkConditions conditions, int hosts, EventHash hash)
{
    private readonly int[] _cuts = new int[hosts * hosts];
    private readonly long[] _cutSinceUs = new long[hosts * hosts];
    private readonly long[] _cloggedUntilUs = new long[hosts * hosts];
    private readonly List<SimStream> _held = [];
    private readonly List<SimConnection> _connections = [];
    private long _nextConnection;

    public SimTime Time => time;

    public SimRandom Random => random;

    public NetworkConditions Conditions => conditions;

    public EventHash Hash => hash;

    /// <summary>Connections of which an end is open.</summary>
    public IReadOnlyList<SimConnection> Connections => _connections;

    /// <summary>Messages delivered so far.</summary>
    public long Delivered { get; set; }

    /// <summary>Whether what one host sends does not reach the other.</summary>
    public bool IsCut(int from, int to) => _cuts[(from * hosts) + to] > 0;

    /// <summary>Whether two hosts hear each other.</summary>
    public bool AreConnected(int a, int b) => !IsCut(a, b) && !IsCut(b, a);

    /// <summary>Cuts one direction.</summary>
    public void Cut(int from, int to)
    {
        int pair = (from * hosts) + to;
        if (_cuts[pair]++ == 0)
        {
            _cutSinceUs[pair] = time.NowUs;
        }
    }

    /// <summary>Takes one cut of a direction back.</summary>
    public void Mend(int from, int to)
    {
        int pair = (from * hosts) + to;
        if (_cuts[pair] > 0 && --_cuts[pair] == 0)
        {
            Release();
        }
    }

    /// <summary>Holds everything of a direction up for a while.</summary>
    public void Clog(int from, int to, long untilUs)
    {
        int pair = (from * hosts) + to;
        _cloggedUntilUs[pair] = Math.Max(_cloggedUntilUs[pair], untilUs);
        time.At(untilUs, Release);
    }

    /// <summary>Takes back all cuts and clogs.</summary>
    public void MendAll()
    {
        Array.Clear(_cuts);
        Array.Clear(_cloggedUntilUs);
        Release();
    }

    /// <summary>Whether a stream must wait; it is told when it may go on.</summary>
    public bool Holds(SimStream stream, int from, int to)
    {
        int pair = (from * hosts) + to;
        if (from == to || (_cuts[pair] == 0 && _cloggedUntilUs[pair] <= time.NowUs))
        {
            return false;
        }
        _held.Add(stream);
        return true;
    }

    /// <summary>Whether a direction has been cut all the time since a moment.</summary>
    public bool IsCutSince(int from, int to, long us)
    {
        int pair = (from * hosts) + to;
        return _cuts[pair] > 0 && _cutSinceUs[pair] <= us;
    }

    /// <summary>Time of one way.</summary>
    public long Delay()
    {
        long delay = conditions.MinDelayUs + random.Exponential(conditions.MeanExtraUs);
        return conditions.SpikeChance > 0 && random.Chance(conditions.SpikeChance) ? delay + conditions.SpikeUs : delay;
    }

    /// <summary>Opens a connection between two ends.</summary>
    public SimConnection Connect(LinkKind kind, LinkEnd dialler, LinkEnd acceptor)
    {
        var connection = new SimConnection(this, _nextConnection++, kind, dialler, acceptor);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>Both ends are closed.</summary>
    public void Forget(SimConnection connection) => _connections.Remove(connection);

    private void Release()
    {
        SimStream[] held = [.. _held];
        _held.Clear();
        foreach (SimStream stream in held)
        {
            stream.Resume();
        }
    }
}
