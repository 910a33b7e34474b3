using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Simulator.Checks;
using Henge.Simulator.Network;
using Henge.Simulator.Nodes;
using Henge.Simulator.Scenarios;
using Henge.Simulator.Time;
using Henge.Simulator.Workload;

namespace Henge.Simulator;

/// <summary>Everything of one run: time, network, hosts, nodes, keys, and the oracle that sees it all.</summary>
internal sealed class World
{
    // Until a node that was cut off, paused or slow is held to be healthy again.
    private const long GraceUs = 15_000_000;

    // A node that has said goodbye stays a moment, so that the word spreads.
    private const long LingerUs = 1_000_000;
    private readonly List<SimNode> _nodes = [];
    private readonly SimRandom _bootRandom;
    private bool _someEvicted;
    private long _latestUnixMs;

    public World(Plan plan, SimRandom random, TextWriter? trace)
    {
        Plan = plan;
        Random = random;
        Time = new SimTime();
        Trace = new Trace(Time, trace);
        Keys = new KeySpace(plan.Workload.Counters, plan.Workload.Plain, plan.Workload.Groups);
        Hosts = [.. plan.Shapes.Select((s, i) => new SimHost(i, s, new NodeClock(Time, s.DriftPpm, s.OffsetMs)))];
        Network = new SimNetwork(Time, random.Fork("network"), plan.Network, Hosts.Count, Hash);
        Oracle = new Oracle(this);
        IsStrict = plan.IsStrict;
        _bootRandom = random.Fork("boots");
    }

    public Plan Plan { get; }

    public SimRandom Random { get; }

    public SimTime Time { get; }

    public Trace Trace { get; }

    public EventHash Hash { get; } = new();

    public KeySpace Keys { get; }

    public IReadOnlyList<SimHost> Hosts { get; }

    public SimNetwork Network { get; }

    public Oracle Oracle { get; }

    /// <summary>Processes that run.</summary>
    public IReadOnlyList<SimNode> Nodes => _nodes;

    /// <summary>
    /// Whether each slot has one owner at a time: then every read must see what was acknowledged before. Ends with the
    /// first fault after which two sides may serve at once, or with the first wrong suspicion.
    /// </summary>
    public bool IsStrict { get; set; }

    /// <summary>The latest time that any wall clock has shown.</summary>
    public long LatestUnixMs => _latestUnixMs = Math.Max(_latestUnixMs, Hosts.Max(static h => h.Clock.Now.UnixMs));

    /// <summary>When the faults of the run began.</summary>
    public long FaultsAtUs { get; set; }

    /// <summary>What members reported, for scenarios that count.</summary>
    public List<(long AtUs, SimNode Node, ClusterEvent Event)> Events { get; } = [];

    /// <summary>Starts a node on a host.</summary>
    public SimNode Start(SimHost host)
    {
        host.IsVanished = false;
        var boot = BootId.Of(host.Clock.Now.UnixMs, (ushort)_bootRandom.Below(65536));
        var node = new SimNode(this, host, boot, Random.Fork("node", (host.Index * 1000L) + host.Boots++));
        host.Node = node;
        _nodes.Add(node);
        Trace.Note(node, $"starts at {host.Address} as boot {boot.Value:x}");
        node.Start();
        return node;
    }

    /// <summary>Ends a node as kill -9 does, or (silently) as a power cut does.</summary>
    public void Crash(SimHost host, bool isSilent)
    {
        if (host.Node is not { } node)
        {
            return;
        }
        Trace.Note(node, $"{(isSilent ? "vanishes" : "is killed")}");
        NoteEvictions(node);
        Oracle.Dies(node);
        End(node, saysGoodbye: !isSilent);
        host.IsVanished = isSilent;
    }

    /// <summary>Ends a node that has handed everything over.</summary>
    public void Stop(SimNode node)
    {
        if (!node.IsOver)
        {
            Trace.Note(node, $"stops");
            NoteEvictions(node);
            if (!node.HasLeft)
            {
                Oracle.Dies(node);
            }
            End(node, saysGoodbye: true);
        }
    }

    /// <summary>The process of a member that runs; null for none.</summary>
    public SimNode? NodeOf(Member member) => _nodes.Find(n => n.Id == member.Id && n.Boot == member.Boot);

    /// <summary>Something is wrong with a host until a moment, by our doing.</summary>
    public void Disturb(SimHost host, long untilUs) =>
        host.DisturbedUntilUs = Math.Max(host.DisturbedUntilUs, untilUs + GraceUs);

    /// <summary>A node reports an event.</summary>
    public void Reported(SimNode node, ClusterEvent happened)
    {
        Trace.Note(node, $"reports {happened.Kind} {happened.Member?.Name} {happened.Text} {happened.Amount}");
        Hash.Add((long)happened.Kind);
        Events.Add((Time.NowUs, node, happened));
        if (happened.Kind == ClusterEventKind.LeaveDone)
        {
            if (node.Published.View.PlaceOf(node.Id) < 0)
            {
                // From now on nobody asks it any more: what it alone has is lost. A lone one serves until it stops.
                node.HasLeft = true;
                Oracle.Dies(node);
            }
            Time.After(LingerUs, () => Stop(node));
        }
        if (happened.Kind == ClusterEventKind.IdentityConflict && happened.Member?.Boot == node.Boot)
        {
            // A later process has its name: it takes part no more, and whoever runs it starts it anew some time.
            Time.After(LingerUs, () => Replace(node));
        }
        if (happened.Kind == ClusterEventKind.LeftoversDropped)
        {
            node.TimesForgotten++;
        }
        bool accuses = happened.Kind is ClusterEventKind.MemberSuspect or ClusterEventKind.MemberDead;
        if (!accuses || happened.Member is not { } member || NodeOf(member) is not { IsLeaving: false } accused)
        {
            return;
        }
        IsStrict = false;
        bool isHealthy = node.Host.DisturbedUntilUs < Time.NowUs && accused.Host.DisturbedUntilUs < Time.NowUs;
        if (isHealthy && happened.Kind == ClusterEventKind.MemberDead && Plan.ExpectsNoFalseDeath)
        {
            Fail("I22", $"{node} declares {accused} dead, which is healthy");
        }
    }

    /// <summary>An invariant does not hold.</summary>
    public void Fail(string invariant, string text) => throw new Violation(invariant, text);

    /// <summary>
    /// As above, unless some store had to evict: then entries may be missing, and older ones may come back.
    /// </summary>
    public void FailUnlessEvicting(string invariant, string text)
    {
        if (!HasEvicted())
        {
            Fail(invariant, text);
        }
    }

    /// <summary>Whether any store had to evict, or to drop tombstones early.</summary>
    public bool HasEvicted()
    {
        foreach (SimNode node in _nodes)
        {
            NoteEvictions(node);
        }
        return _someEvicted;
    }

    /// <summary>Gives all memory back.</summary>
    public void End()
    {
        foreach (SimNode node in _nodes)
        {
            node.Store.Dispose();
        }
    }

    private void Replace(SimNode node)
    {
        if (!node.IsOver)
        {
            SimHost host = node.Host;
            Crash(host, isSilent: false);
            Time.After(GraceUs, () =>
            {
                if (host.Node is null)
                {
                    Disturb(host, Time.NowUs);
                    Start(host);
                }
            });
        }
    }

    private void End(SimNode node, bool saysGoodbye)
    {
        node.Kill(saysGoodbye);
        node.Host.Node = null;
        _nodes.Remove(node);
    }

    private void NoteEvictions(SimNode node) =>
        _someEvicted |= node.Store.GetStatistics().Evicted > 0 || node.Store.TombstonesDropped > 0;
}
