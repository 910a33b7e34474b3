using System.Text;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;

using Xunit;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>
/// A few lanes with real stores and links in memory, all on the test's thread. Nothing moves but by <see cref="Pump"/>
/// and <see cref="Advance"/>; snapshots are given by the test, in place of the core.
/// </summary>
internal sealed class LaneRing : IDisposable
{
    private readonly List<LaneLink> _links = [];
    private readonly Stack<TestOperation> _served = new();
    private readonly ClusterOptions _options;
    private long _lastLink;
    private long _lastSnapshot;

    public LaneRing(int nodes, ClusterOptions? options = null)
    {
        _options = options ?? new ClusterOptions();
        for (int i = 0; i < nodes; i++)
        {
            Nodes.Add(new LaneNode(this, "n" + i));
        }
        RingView view = View([.. Nodes]);
        foreach (LaneNode node in Nodes)
        {
            node.Open(_options, Snapshot(node, view));
        }
        foreach (LaneNode from in Nodes)
        {
            foreach (LaneNode to in Nodes.Where(n => n != from))
            {
                Connect(from, to);
            }
        }
    }

    public List<LaneNode> Nodes { get; } = [];

    public LaneNode this[int index] => Nodes[index];

    public Instant Now { get; private set; } = new(1_700_000_100_000, 1_000);

    /// <summary>Served operations are given out again instead of made anew.</summary>
    public bool ReusesServed { get; set; }

    public RingView View(params LaneNode[] members) =>
        RingView.Create(members.Select(m => m.Member), _options.Copies);

    /// <summary>A snapshot as the core makes one when nothing moves; the changes come after.</summary>
    public ClusterSnapshot Snapshot(
        LaneNode node, RingView view, Action<SlotAccess[], SlotLoad?[]>? change = null, Action<bool[]>? leftover = null,
        MemberState others = MemberState.Alive, bool onlySelf = false)
    {
        int self = view.PlaceOf(node.Id);
        var access = new SlotAccess[Slot.Count];
        var complete = new bool[Slot.Count];
        var loads = new SlotLoad?[Slot.Count];
        var left = new bool[Slot.Count];
        for (int i = 0; i < Slot.Count; i++)
        {
            ReadOnlySpan<ushort> copies = view.CopiesOf(new Slot(i));
            access[i] = copies.IsEmpty ? SlotAccess.Nobody
                : copies[0] == self ? SlotAccess.Serve : SlotAccess.Remote;
            complete[i] = self >= 0 && copies.Contains((ushort)self);
        }
        change?.Invoke(access, loads);
        leftover?.Invoke(left);
        return new ClusterSnapshot
        {
            Number = ++_lastSnapshot,
            Self = node.Member,
            Members = Nodes.Where(n => n == node || !onlySelf).ToDictionary(n => n.Id, n => n.Member with
            {
                State = n == node || view.PlaceOf(n.Id) >= 0 ? MemberState.Alive : others,
            }),
            View = view,
            Access = access,
            Loads = loads,
            Complete = complete,
            Leftover = left,
            IsAlone = false,
        };
    }

    /// <summary>All nodes go by a view.</summary>
    public void AdoptAll(RingView view, MemberState others = MemberState.Alive)
    {
        foreach (LaneNode node in Nodes)
        {
            node.Lane.Adopt(Snapshot(node, view, others: others), Now);
        }
    }

    public TestOperation Start(LaneNode at, string name, string keys, string value = "", int timeoutMs = 0)
    {
        TestOperation operation = TestOperation.Of(at, name, keys, value);
        operation.DeadlineMs = timeoutMs == 0 ? 0 : Now.MonotonicMs + timeoutMs;
        at.Lane.Start(operation, Now);
        return operation;
    }

    /// <summary>Starts an operation, lets everything move, and returns its reply.</summary>
    public string Run(LaneNode at, string name, string keys, string value = "")
    {
        TestOperation operation = Start(at, name, keys, value);
        Pump();
        Assert.Equal(Outcome.Done, operation.Outcome);
        return operation.Reply;
    }

    /// <summary>A key whose owner and first replica in a view are these.</summary>
    public string Key(RingView view, LaneNode owner, LaneNode? replica = null, int skip = 0)
    {
        for (int i = 0; ; i++)
        {
            string key = "key" + i;
            ReadOnlySpan<ushort> copies = view.CopiesOf(Slot.Of(Encoding.UTF8.GetBytes(key)));
            if (copies[0] == view.PlaceOf(owner.Id)
                && (replica is null || (copies.Length > 1 && copies[1] == view.PlaceOf(replica.Id))) && skip-- == 0)
            {
                return key;
            }
        }
    }

    public static Slot SlotOf(string key) => Slot.Of(Encoding.UTF8.GetBytes(key));

    /// <summary>Delivers messages until nothing moves any more.</summary>
    public void Pump()
    {
        bool moved = true;
        while (moved)
        {
            foreach (LaneNode node in Nodes)
            {
                node.Lane.Flush(Now);
            }
            moved = false;
            for (int i = 0; i < _links.Count; i++)
            {
                while (_links[i].DeliverRequest(this))
                {
                    moved = true;
                }
                while (_links[i].DeliverReply(this))
                {
                    moved = true;
                }
            }
        }
    }

    /// <summary>Lets time pass in steps of 10 ms, with ticks, and everything move.</summary>
    public void Advance(int milliseconds)
    {
        for (int passed = 0; passed < milliseconds; passed += 10)
        {
            Now = new Instant(Now.UnixMs + 10, Now.MonotonicMs + 10);
            foreach (LaneNode node in Nodes)
            {
                node.Lane.Tick(Now);
            }
            Pump();
        }
    }

    public LaneLink Connect(LaneNode from, LaneNode to)
    {
        var link = new LaneLink(from, to, ++_lastLink);
        _links.Add(link);
        from.Links[to.Id] = link;
        from.Lane.LinkUp(to.Id, Now);
        return link;
    }

    /// <summary>Breaks a link; what was under way on it is lost.</summary>
    public void Cut(LaneNode from, LaneNode to)
    {
        LaneLink link = from.LinkTo(to);
        from.Links.Remove(to.Id);
        _links.Remove(link);
        from.Lane.LinkDown(to.Id, Now);
        to.Lane.RequesterGone(link.Id);
    }

    public LaneLink? FindLink(long id)
    {
        foreach (LaneLink link in _links)
        {
            if (link.Id == id)
            {
                return link;
            }
        }
        return null;
    }

    public TestOperation RentServed()
    {
        if (!ReusesServed)
        {
            return new TestOperation();
        }
        return _served.TryPop(out TestOperation? served)
            ? served.Again()
            : new TestOperation { KeepsReply = false, Completed = _served.Push };
    }

    public void Expect(bool condition) => Assert.True(condition);

    public void Dispose()
    {
        foreach (LaneNode node in Nodes)
        {
            node.Dispose();
        }
    }
}
