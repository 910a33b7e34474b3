using Henge.Cluster;
using Henge.Simulator.Network;
using Henge.Simulator.Nodes;
using Henge.Simulator.Time;

namespace Henge.Simulator.Faults;

/// <summary>Makes the faults of a run happen, and in the end takes all of them back.</summary>
internal sealed class Injector(World world, SimRandom random)
{
    private const long LeaveDeadlineUs = 20_000_000;
    private const long LookAgainUs = 100_000;
    private readonly List<Action> _duplicates = [];
    private bool _isHealing;

    /// <summary>Schedules the faults, from now on.</summary>
    public void Start(IEnumerable<Fault> faults)
    {
        long start = world.Time.NowUs;
        foreach (Fault fault in faults)
        {
            world.Time.At(start + (fault.AtMs * 1000), () => Apply(fault));
        }
    }

    /// <summary>Ends all faults: the network is whole, nobody is slow, and every host has its node.</summary>
    public void Heal()
    {
        _duplicates.ForEach(static end => end());
        _isHealing = true;
        world.Trace.Note(null, $"heals");
        world.Network.MendAll();
        foreach (SimHost host in world.Hosts)
        {
            host.Node?.Slow(0);
            if (!world.Plan.StaysAway.Contains(host.Index))
            {
                StartOnceGone(host);
            }
        }
    }

    // Who is about to leave may take its time, and starts again then.
    private void StartOnceGone(SimHost host)
    {
        if (host.Node is null)
        {
            world.Start(host);
        }
        else if (host.Node.IsLeaving)
        {
            world.Time.After(LookAgainUs, () => StartOnceGone(host));
        }
    }

    private void Apply(Fault fault)
    {
        if (_isHealing)
        {
            return;
        }
        world.Trace.Note(null, $"{fault}");
        world.Hash.Add((long)fault.Kind);
        long untilUs = world.Time.NowUs + (fault.ForMs * 1000);
        SimHost host = world.Hosts[fault.Host % world.Hosts.Count];
        switch (fault.Kind)
        {
            case FaultKind.Crash or FaultKind.Vanish:
                Crash(host, fault.Kind == FaultKind.Vanish, untilUs);
                break;
            case FaultKind.Pause:
                BlurOwners(host, untilUs, fault.ForMs);
                host.Node?.PauseUntil(untilUs);
                break;
            case FaultKind.Slow:
                BlurOwners(host, untilUs, long.MaxValue);
                host.Node?.Slow(fault.Amount);
                world.Time.At(untilUs, () => host.Node?.Slow(0));
                break;
            case FaultKind.ClockStep:
                world.Disturb(host, world.Time.NowUs);
                _ = world.LatestUnixMs;
                host.Clock.OffsetMs += fault.Amount;
                break;
            case FaultKind.Partition or FaultKind.OneWay or FaultKind.Partial:
                Cut(fault, untilUs);
                break;
            case FaultKind.Reset or FaultKind.ResetData:
                Reset(host, fault);
                break;
            case FaultKind.Clog:
                BlurOwners(host, untilUs, fault.ForMs);
                BlurOwners(world.Hosts[fault.Other], untilUs, fault.ForMs);
                world.Network.Clog(fault.Host, fault.Other, untilUs);
                break;
            case FaultKind.Join:
                StartUnlessThere(host);
                break;
            case FaultKind.Leave:
                Leave(host, untilUs);
                break;
            case FaultKind.DuplicateName:
                Duplicate(host, world.Hosts[fault.Other], untilUs);
                break;
            case FaultKind.StrangeMessage:
                SendStrange(host, fault.Amount);
                break;
            case FaultKind.Flush:
                Flush(host);
                break;
        }
    }

    // Too short a stop for anybody to notice leaves one owner to each slot.
    private void BlurOwners(SimHost host, long untilUs, long forMs)
    {
        world.Disturb(host, untilUs);
        if (forMs > 200)
        {
            world.IsStrict = false;
        }
    }

    private void Crash(SimHost host, bool isSilent, long untilUs)
    {
        world.Disturb(host, untilUs);
        world.Crash(host, isSilent);
        world.Time.At(untilUs, () => StartUnlessThere(host));
    }

    private void StartUnlessThere(SimHost host)
    {
        if (host.Node is null && !_isHealing)
        {
            world.Disturb(host, world.Time.NowUs);
            world.Start(host);
        }
    }

    private void Cut(Fault fault, long untilUs)
    {
        world.IsStrict = false;
        int hosts = world.Hosts.Count;
        int near = fault.Kind == FaultKind.Partition ? fault.Host : 1 << fault.Host;
        int far = fault.Kind == FaultKind.Partial ? 1 << fault.Other : fault.Other;
        for (int a = 0; a < hosts; a++)
        {
            for (int b = 0; b < hosts; b++)
            {
                if ((near >> a & 1) != 0 && (far >> b & 1) != 0)
                {
                    CutOne(a, b, untilUs);
                    if (fault.Kind != FaultKind.OneWay)
                    {
                        CutOne(b, a, untilUs);
                    }
                }
            }
        }
    }

    private void CutOne(int from, int to, long untilUs)
    {
        world.Disturb(world.Hosts[from], untilUs);
        world.Disturb(world.Hosts[to], untilUs);
        world.Network.Cut(from, to);
        world.Time.At(untilUs, () =>
        {
            if (!_isHealing)
            {
                world.Network.Mend(from, to);
            }
        });
    }

    private void Reset(SimHost host, Fault fault)
    {
        bool isData = fault.Kind == FaultKind.ResetData;
        if (!isData)
        {
            world.Disturb(host, world.Time.NowUs);
            world.Disturb(world.Hosts[fault.Other], world.Time.NowUs);
        }
        foreach (SimConnection connection in world.Network.Connections.ToArray())
        {
            bool joins = (connection.DiallerHost == host.Index && connection.AcceptorHost == fault.Other)
                || (connection.DiallerHost == fault.Other && connection.AcceptorHost == host.Index);
            if (joins && (isData ? connection.Kind == LinkKind.Data : random.Chance(0.5)))
            {
                connection.Reset();
            }
        }
    }

    private void Leave(SimHost host, long untilUs)
    {
        if (host.Node is not { IsLeaving: false } node || world.Nodes.Count(static n => !n.IsLeaving) < 2)
        {
            return;
        }
        world.Disturb(host, untilUs);
        node.Leave();
        // Past its deadline a node goes whether it has handed over or not; its copies must do.
        world.Time.After(LeaveDeadlineUs, () => world.Stop(node));
        world.Time.At(untilUs, () => StartUnlessThere(host));
    }

    // The second process is started on a host that runs another node, which ends for it.
    private void Duplicate(SimHost host, SimHost other, long untilUs)
    {
        if (host.Node is null)
        {
            return;
        }
        // Not the shape it has now: it may be somebody's double already.
        NodeShape own = world.Plan.Shapes[other.Index];
        world.IsStrict = false;
        world.Disturb(host, untilUs);
        world.Disturb(other, untilUs);
        world.Crash(other, isSilent: false);
        other.Shape = other.Shape with { Name = host.Shape.Name };
        world.Start(other);
        bool isOver = false;
        void End()
        {
            if (!isOver)
            {
                isOver = true;
                world.Crash(other, isSilent: false);
                other.Shape = own;
                StartUnlessThere(other);
            }
        }
        _duplicates.Add(End);
        world.Time.At(untilUs, End);
    }

    private void SendStrange(SimHost host, long amount)
    {
        byte[] noise = new byte[1 + random.Below(100)];
        for (int i = 0; i < noise.Length; i++)
        {
            noise[i] = (byte)random.Next();
        }
        noise[0] = amount % 2 == 0 ? (byte)250 : (byte)random.Below(80);
        LinkKind kind = amount % 3 == 0 ? LinkKind.Bulk : LinkKind.Control;
        if (host.Node?.AnyLink(kind) is { } link)
        {
            link.Connection.TrySend(link.End, noise, long.MaxValue);
        }
    }

    private void Flush(SimHost host)
    {
        if (host.Node is { IsLeaving: false } node && node.Published.View.Members.Count > 0)
        {
            node.CoreThread.Post(() => node.OnCore(now => world.Oracle.Flushed(node.Core.FlushAll(now))));
        }
    }
}
