using System.Collections.Concurrent;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;

namespace Henge.Tests.Routing;

/// <summary>
/// Some nodes in one process, with lanes and without a network: what one sends waits in a queue until it is delivered.
/// The views are made by hand, so a test decides who owns what and when.
/// </summary>
internal sealed class TestRing : IDisposable
{
    private readonly ConcurrentQueue<Action> _network = new();
    private long _number;

    public TestRing(int nodes = 3, int copies = 1, Action<HengeOptions>? configure = null)
    {
        Copies = copies;
        for (int i = 0; i < nodes; i++)
        {
            var options = new HengeOptions { Memory = 64 << 20, Shards = 4, Name = $"node{i}" };
            configure?.Invoke(options);
            Nodes.Add(new TestNode(this, i, options));
        }
        Members = [.. Nodes.Select(node => node.Self)];
        Publish();
        foreach (TestNode node in Nodes)
        {
            foreach (TestNode other in Nodes)
            {
                if (other != node)
                {
                    node.Lane.Lane.LinkUp(other.Self.Id, Now);
                }
            }
        }
        foreach (TestNode node in Nodes)
        {
            foreach (TestNode other in Nodes.Where(other => other != node))
            {
                node.Node.Messages!.LinkUp(other.Self.Id);
            }
        }
        Pump();
    }

    /// <summary>Timers of its nodes, which fire when the clock is moved.</summary>
    public ConcurrentDictionary<RingTimer, byte> Timers { get; } = new();

    public int Copies { get; set; }

    public List<TestNode> Nodes { get; } = [];

    /// <summary>Those that are in the view.</summary>
    public List<Member> Members { get; private set; }

    public Instant Now { get; private set; } = new(1_700_000_000_000, 1000);

    public RingView View { get; private set; } = null!;

    /// <summary>Messages that were delivered.</summary>
    public int Delivered { get; private set; }

    /// <summary>How the lanes of all nodes may serve slots, if not as the view says.</summary>
    public Func<TestNode, int, SlotAccess?> AccessOf { get; set; } = static (_, _) => null;

    public Func<TestNode, int, bool> LeftoverOf { get; set; } = static (_, _) => false;

    public Func<TestNode, int, SlotLoad?> LoadOf { get; set; } = static (_, _) => null;

    public TestNode this[int index] => Nodes[index];

    public TestNode OwnerOf(string key) => OwnerOf(Slot.Of(System.Text.Encoding.Latin1.GetBytes(key)));

    public TestNode OwnerOf(Slot slot)
    {
        MemberId owner = View.Members[View.CopiesOf(slot)[0]].Id;
        return Nodes.Single(node => node.Self.Id == owner);
    }

    public TestNode ReplicaOf(string key)
    {
        Slot slot = Slot.Of(System.Text.Encoding.Latin1.GetBytes(key));
        MemberId replica = View.Members[View.CopiesOf(slot)[1]].Id;
        return Nodes.Single(node => node.Self.Id == replica);
    }

    /// <summary>A key that a node owns.</summary>
    public string KeyOf(TestNode node, string prefix = "key", int nth = 0) =>
        Enumerable.Range(0, 100_000).Select(i => $"{prefix}{i}").Where(key => OwnerOf(key) == node).ElementAt(nth);

    /// <summary>Makes a view of some of the nodes, and has all lanes go by it.</summary>
    public void Publish(params TestNode[] without)
    {
        Members = [.. Nodes.Except(without).Select(node => node.Self)];
        View = RingView.Create(Members, Copies);
        _number++;
        foreach (TestNode node in Nodes)
        {
            node.Adopt(Snapshot(node));
        }
    }

    public void Send(Action delivery) => _network.Enqueue(delivery);

    /// <summary>Delivers everything, and what comes of it, until nothing is under way on the network.</summary>
    public void Pump()
    {
        do
        {
            while (_network.TryDequeue(out Action? deliver))
            {
                Delivered++;
                deliver();
            }
            foreach (TestNode node in Nodes)
            {
                node.Turn();
            }
        }
        while (!_network.IsEmpty || Nodes.Any(node => node.HasWork));
    }

    /// <summary>Delivers at most one message; false when there is none.</summary>
    public bool Step()
    {
        foreach (TestNode node in Nodes)
        {
            node.Turn();
        }
        if (!_network.TryDequeue(out Action? deliver))
        {
            return false;
        }
        deliver();
        return true;
    }

    /// <summary>Has a node know another state of some member.</summary>
    public void Believe(TestNode node, Member changed)
    {
        _number++;
        node.Adopt(Snapshot(node, changed));
    }

    /// <summary>Loses everything that is under way.</summary>
    public void LoseMessages() => _network.Clear();

    public void Advance(long milliseconds)
    {
        Now = new Instant(Now.UnixMs + milliseconds, Now.MonotonicMs + milliseconds);
        foreach (TestNode node in Nodes)
        {
            node.Lane.Lane.Tick(Now);
        }
        foreach (RingTimer timer in Timers.Keys)
        {
            timer.FireIfDue();
        }
    }

    public void Dispose()
    {
        foreach (TestNode node in Nodes)
        {
            node.Dispose();
        }
    }

    private ClusterSnapshot Snapshot(TestNode node, Member? changed = null)
    {
        var access = new SlotAccess[Slot.Count];
        var loads = new SlotLoad?[Slot.Count];
        bool[] complete = new bool[Slot.Count];
        bool[] leftover = new bool[Slot.Count];
        int place = View.PlaceOf(node.Self.Id);
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            ReadOnlySpan<ushort> copies = View.CopiesOf(new Slot(slot));
            SlotAccess usual = copies.IsEmpty ? SlotAccess.Nobody
                : copies[0] == place ? SlotAccess.Serve : SlotAccess.Remote;
            access[slot] = AccessOf(node, slot) ?? usual;
            loads[slot] = LoadOf(node, slot);
            complete[slot] = place >= 0 && copies.Contains((ushort)place) && access[slot] != SlotAccess.Load;
            leftover[slot] = LeftoverOf(node, slot);
        }
        return new ClusterSnapshot
        {
            Number = _number,
            Self = node.Self,
            Members = Nodes.ToDictionary(
                other => other.Self.Id, other => other.Self.Id == changed?.Id ? changed : other.Self),
            View = View,
            Access = access,
            Loads = loads,
            Complete = complete,
            Leftover = leftover,
            IsAlone = Nodes.Count == 1,
        };
    }
}
