using Henge.Cluster;
using Henge.Cluster.Members;

namespace Henge.Tests.Cluster.Members;

/// <summary>
/// Memberships that talk over a network of the test's own, driven by a clock that the test moves. A message takes a
/// millisecond, a dial two; a dial to a host that does not answer takes a second.
/// </summary>
internal sealed class TestRing
{
    public const long StartUnixMs = 1_700_000_000_000;
    private readonly PriorityQueue<Action, (long, long)> _events = new();
    private readonly HashSet<(string, string)> _blocked = [];
    private long _order;
    private int _boots;

    public long NowMs { get; private set; }

    public List<TestNode> Nodes { get; } = [];

    /// <summary>Names that stand for addresses.</summary>
    public Dictionary<string, string> Names { get; } = [];

    public List<TestLink> Links { get; } = [];

    public TestNode this[string name] => Nodes.Last(n => n.Name == name);

    /// <summary>Starts a process. Its id is that of the name, its address name:7400 unless another is given.</summary>
    public TestNode Start(string name, params string[] seeds) => Start(name, new ClusterOptions { Seeds = seeds });

    public TestNode Start(string name, ClusterOptions options, long boot = 0, string? address = null)
    {
        var self = new Member
        {
            Id = MemberId.Of(name),
            Boot = new BootId(boot != 0 ? (ulong)boot : (ulong)++_boots << 16),
            Address = address ?? name + ":7400",
            Name = name,
        };
        var node = new TestNode(this, self, options, (ulong)(_boots + (Nodes.Count * 1000)));
        Nodes.Add(node);
        node.Do(now => node.Membership.Start(now));
        After(50, node.Turn);
        return node;
    }

    /// <summary>Lets time pass.</summary>
    public void Run(long ms)
    {
        long until = NowMs + ms;
        while (_events.TryPeek(out _, out (long At, long) key) && key.At <= until)
        {
            Action action = _events.Dequeue();
            NowMs = key.At;
            action();
        }
        NowMs = until;
    }

    /// <summary>
    /// Lets time pass until something holds; returns how much, or -1 when it does not within the limit.
    /// </summary>
    public long RunUntil(Func<bool> holds, long limitMs)
    {
        long from = NowMs;
        while (NowMs - from <= limitMs)
        {
            if (holds())
            {
                return NowMs - from;
            }
            Run(10);
        }
        return -1;
    }

    public void After(long ms, Action action) => _events.Enqueue(action, (NowMs + ms, _order++));

    /// <summary>What is sent from one to the other vanishes, and dials time out.</summary>
    public void Cut(string from, string to, bool bothWays = true)
    {
        _blocked.Add((from, to));
        if (bothWays)
        {
            _blocked.Add((to, from));
        }
    }

    public void Mend() => _blocked.Clear();

    public bool IsCut(TestNode from, TestNode to) => _blocked.Contains((from.Name, to.Name));

    /// <summary>Ends a process; its links are reset.</summary>
    public void Kill(TestNode node)
    {
        node.IsRunning = false;
        foreach (TestLink link in Links.Where(l => l.Has(node)).ToArray())
        {
            Close(link, node, DownReason.Reset);
        }
    }

    /// <summary>Closes a link; the side that did it hears at once, the other a little later.</summary>
    public void Close(TestLink link, TestNode by, DownReason reason)
    {
        TestNode other = link.Other(by);
        Links.Remove(link);
        by.LinkClosed(other, DownReason.Closed);
        if (!IsCut(by, other))
        {
            After(1, () => other.LinkClosed(by, reason));
        }
    }

    /// <summary>Carries a dial out.</summary>
    public void Dial(TestNode from, string address)
    {
        string resolved = Names.GetValueOrDefault(address, address);
        TestNode? to = Nodes.LastOrDefault(n => n.IsRunning && n.Address == resolved);
        TestNode? host = to ?? Nodes.LastOrDefault(n => n.Address == resolved);
        if (host is { IsOff: true } || (host is not null && (IsCut(from, host) || IsCut(host, from))))
        {
            After(1000, () => from.DialFailed(address, DownReason.TimedOut));
        }
        else if (to is null)
        {
            After(2, () => from.DialFailed(address, DownReason.Refused));
        }
        else if (to == from)
        {
            After(2, () => from.DialFailed(address, DownReason.Self));
        }
        else
        {
            After(2, () => Connect(from, to, address));
        }
    }

    private void Connect(TestNode from, TestNode to, string address)
    {
        if (!from.IsRunning || !to.IsRunning)
        {
            from.DialFailed(address, DownReason.Refused);
            return;
        }
        // As the node does it: a later process closes the links of a former one, a former one is turned away.
        TestLink[] namesakes = [.. Links.Where(l => l.Has(to) && l.Other(to).Id == from.Id && l.Other(to) != from)];
        if (namesakes.Any(l => l.Other(to).Hello.Boot.CompareTo(from.Hello.Boot) > 0))
        {
            from.DialFailed(address, DownReason.Overtaken);
            return;
        }
        foreach (TestLink link in namesakes)
        {
            Close(link, to, DownReason.Closed);
        }
        Links.Add(new TestLink(from, to));
        from.LinkOpened(to, address);
        to.LinkOpened(from, null);
    }
}
