using System.Text;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;

using Xunit;

namespace Henge.Tests.Cluster.Handoffs;

/// <summary>
/// A few real cores over real stores, joined by ordered links of one millisecond, under one clock that tests move.
/// There are no lanes: a write goes to the owner's store and is merged into the stores of the other copies at once.
/// </summary>
internal sealed class TestRing : IDisposable
{
    private readonly PriorityQueue<Action, (long AtMs, long Sequence)> _events = new();
    private readonly HashSet<(string, string)> _cuts = [];
    private readonly HashSet<(string, string, LinkKind)> _links = [];
    private long _sequence;
    private ushort _boots;

    public SortedDictionary<string, TestNode> Nodes { get; } = new(StringComparer.Ordinal);

    public Instant Now { get; private set; } = new(1_800_000_000_000, 1_000_000);

    public ClusterOptions Options { get; init; } = new();

    /// <summary>Whether every message is kept in <see cref="Seen"/>.</summary>
    public bool KeepsMessages { get; init; }

    public List<byte[]> Seen { get; } = [];

    public ushort NextBoot() => ++_boots;

    public TestNode this[string name] => Nodes[name];

    public TestNode Start(
        string name, string seeds = "", long memoryBytes = 64 << 20, int weight = 1)
    {
        var node = new TestNode(this, name, With(seeds), memoryBytes, weight);
        Nodes.Add(name, node);
        Later(0, node, node.Core.Start);
        Later(1, node, now => TickOn(node, now));
        return node;
    }

    public ClusterOptions With(string seeds) => new()
    {
        Seeds = seeds.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        Copies = Options.Copies,
        Lanes = 2,
        Bugs = Options.Bugs,
        ChunkBytes = Options.ChunkBytes,
        RereplicateAfterMs = Options.RereplicateAfterMs,
        RepairIntervalMs = Options.RepairIntervalMs,
        MaxTags = Options.MaxTags,
        IsRestoring = Options.IsRestoring,
    };

    /// <summary>The process is gone: its links are reset, and nobody listens at its address.</summary>
    public void Crash(string name)
    {
        TestNode node = Nodes[name];
        Nodes.Remove(name);
        foreach (TestNode other in Nodes.Values)
        {
            Break(node, other, DownReason.Reset);
        }
        node.Dispose();
    }

    /// <summary>Cuts two nodes off from each other, or joins them again.</summary>
    public void Cut(string one, string other, bool isCut = true)
    {
        if (!isCut)
        {
            _cuts.Remove(Pair(one, other));
            return;
        }
        _cuts.Add(Pair(one, other));
        Break(Nodes[one], Nodes[other], DownReason.TimedOut);
    }

    /// <summary>Breaks the links of a kind between two nodes; they may be dialled again.</summary>
    public void Break(TestNode one, TestNode other, DownReason reason, LinkKind? only = null)
    {
        foreach (LinkKind link in new[] { LinkKind.Control, LinkKind.Bulk })
        {
            (string a, string b) = Pair(one.Name, other.Name);
            if ((only is null || only == link) && _links.Remove((a, b, link)))
            {
                Later(1, one, now => one.Core.LinkDown(other.Id, link, reason, now));
                Later(1, other, now => other.Core.LinkDown(one.Id, link, reason, now));
            }
        }
    }

    public void Restore(TestNode one, TestNode other, LinkKind link)
    {
        _links.Add((Pair(one.Name, other.Name).A, Pair(one.Name, other.Name).B, link));
        Later(1, one, now => one.Core.LinkUp(other.Core.Snapshot.Self, link, other.Name, now));
        Later(1, other, now => other.Core.LinkUp(one.Core.Snapshot.Self, link, null, now));
    }

    public bool Send(TestNode from, MemberId to, LinkKind link, byte[] message)
    {
        TestNode? target = Nodes.Values.FirstOrDefault(node => node.Id == to);
        if (KeepsMessages)
        {
            Seen.Add(message);
        }
        if (target is null || !HasLink(from, target, link))
        {
            return false;
        }
        if (link == LinkKind.Bulk && from.BulkMessagesUntilReset-- == 0)
        {
            Break(from, target, DownReason.Reset, LinkKind.Bulk);
            Later(20, from, _ => Restore(from, target, LinkKind.Bulk));
            return true;
        }
        Later(1, target, now =>
        {
            if (HasLink(from, target, link))
            {
                target.Core.Receive(from.Id, link, message, now);
            }
        });
        return true;
    }

    public void Dial(TestNode from, string address)
    {
        Later(2, from, now =>
        {
            if (address == from.Name)
            {
                from.Core.DialFailed(address, DownReason.Self, now);
            }
            else if (!Nodes.TryGetValue(address, out TestNode? target))
            {
                from.Core.DialFailed(address, DownReason.Refused, now);
            }
            else if (_cuts.Contains(Pair(from.Name, address)))
            {
                from.Core.DialFailed(address, DownReason.TimedOut, now);
            }
            else
            {
                Restore(from, target, LinkKind.Control);
                Restore(from, target, LinkKind.Bulk);
            }
        });
    }

    public void Hangup(TestNode from, MemberId member)
    {
        if (Nodes.Values.FirstOrDefault(node => node.Id == member) is { } target)
        {
            Break(from, target, DownReason.Closed);
        }
    }

    public void Later(long delayMs, TestNode node, Action<Instant> action) =>
        _events.Enqueue(
            () =>
            {
                if (Nodes.ContainsValue(node))
                {
                    action(Now);
                }
            },
            (Now.MonotonicMs + delayMs, _sequence++));

    /// <summary>Lets time pass.</summary>
    public void Run(long ms)
    {
        long end = Now.MonotonicMs + ms;
        while (_events.TryPeek(out _, out (long AtMs, long) due) && due.AtMs <= end)
        {
            Action action = _events.Dequeue();
            MoveTo(Math.Max(Now.MonotonicMs, due.AtMs));
            action();
        }
        MoveTo(end);
    }

    /// <summary>Lets time pass until something holds; fails when it does not within <paramref name="ms"/>.</summary>
    public void RunUntil(Func<bool> holds, string what, long ms = 20_000, long stepMs = 10)
    {
        for (long end = Now.MonotonicMs + ms; !holds();)
        {
            Assert.True(Now.MonotonicMs < end, $"{what} within {ms} ms. {Describe()}");
            Run(stepMs);
        }
    }

    /// <summary>
    /// Lets time pass until all nodes have one view of so many members and hold all they are to hold.
    /// </summary>
    public void Settle(int members, long ms = 20_000) =>
        RunUntil(() => IsSettled(members), $"{members} members settle", ms);

    public bool IsSettled(int members) => Nodes.Values.All(node =>
        node.Core.Snapshot.View.Members.Count == members
        && node.Core.Snapshot.View.Id == Nodes.Values.First().Core.Snapshot.View.Id
        && node.Core.Status(Now).LoadingSlots == 0 && node.Core.IsReady && node.SlotsIn(SlotAccess.Wait) == 0);

    /// <summary>Nodes that serve a slot: the owner and nobody else once views agree.</summary>
    public IEnumerable<TestNode> Serving(string key) => Nodes.Values.Where(node =>
        node.Core.Snapshot.Access[Slot.Of(Encoding.UTF8.GetBytes(key)).Number] is SlotAccess.Serve or SlotAccess.Load);

    /// <summary>Writes through the node that serves the key; null deletes. The other copies have it at once.</summary>
    public void Write(string key, string? value, long expiresAtMs = 0, TestNode? through = null)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(key);
        TestNode owner = through ?? Serving(key).First();
        using (EntryScope entry = owner.Store.Open(bytes, Now.UnixMs))
        {
            if (value is null)
            {
                entry.Delete();
            }
            else
            {
                entry.Set(EntryType.String, Encoding.UTF8.GetBytes(value), expiresAtMs);
            }
        }
        var writer = new MessageWriter();
        var keeper = new RecordKeeper(writer);
        if (owner.Store.Inspect(bytes, Now.UnixMs, ref keeper) == KeyState.Absent)
        {
            return;
        }
        RingView view = owner.Core.Snapshot.View;
        foreach (ushort place in view.CopiesOf(Slot.Of(bytes)))
        {
            TestNode? copy = Nodes.Values.FirstOrDefault(node => node.Id == view.Members[place].Id);
            if (copy is not null && copy != owner && HasLink(owner, copy, LinkKind.Control))
            {
                var reader = new MessageReader(writer.Written);
                EntryRecord record = RecordCodec.Read(ref reader);
                copy.Store.Merge(in record, false, Now.UnixMs);
            }
        }
    }

    public void Fill(string prefix, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Write($"{prefix}{i}", $"value {i}");
        }
    }

    /// <summary>What the serving node has under a key; it must be the only one.</summary>
    public string? Read(string key) => Assert.Single(Serving(key)).Get(key);

    /// <summary>Whether every copy of every slot has the same live entries, and how many there are.</summary>
    public int AssertCopiesAgree(int copies)
    {
        RingView view = Nodes.Values.First().Core.Snapshot.View;
        var all = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (TestNode node in Nodes.Values)
        {
            int place = view.PlaceOf(node.Id);
            foreach ((string key, string content) in ContentOf(node, key =>
                place >= 0 && view.CopiesOf(Slot.Of(Encoding.UTF8.GetBytes(key))).Contains((ushort)place)))
            {
                (all.TryGetValue(key, out List<string>? list) ? list : all[key] = []).Add(content);
            }
        }
        foreach ((string key, List<string> contents) in all)
        {
            Assert.True(contents.Count == copies && contents.Distinct().Count() == 1,
                $"{key}: {string.Join(" | ", contents)}");
        }
        return all.Count;
    }

    public SortedDictionary<string, string> ContentOf(TestNode node, Func<string, bool>? wants = null)
    {
        var content = new SortedDictionary<string, string>(StringComparer.Ordinal);
        ulong cursor = 0;
        do
        {
            var reader = new ContentReader(content, wants ?? (_ => true));
            cursor = node.Store.ScanRecords(cursor, 1000, Now.UnixMs, ref reader);
        }
        while (cursor != 0);
        return content;
    }

    public string Describe() => string.Join("; ", Nodes.Values.Select(node =>
        $"{node.Name}: view {node.Core.Snapshot.View.Id} of {node.Core.Snapshot.View.Members.Count}, "
        + $"{node.SlotsIn(SlotAccess.Serve)} serve, {node.SlotsIn(SlotAccess.Load)} load, "
        + $"{node.SlotsIn(SlotAccess.Wait)} wait, "
        + $"{node.Core.Status(Now).LoadingSlots} unsettled, {node.Core.Status(Now).Transfers.Count} transfers, "
        + string.Join(",", node.Events.TakeLast(5).Select(happened => $"{happened.Kind} {happened.Text}"))));

    public void Dispose()
    {
        foreach (TestNode node in Nodes.Values)
        {
            node.Dispose();
        }
    }

    private void TickOn(TestNode node, Instant now)
    {
        node.Core.Tick(now);
        node.Store.Tick(now.UnixMs);
        Later(Math.Clamp(node.Core.NextTickMs - now.MonotonicMs, 1, 5), node, next => TickOn(node, next));
    }

    private bool HasLink(TestNode one, TestNode other, LinkKind link) =>
        _links.Contains((Pair(one.Name, other.Name).A, Pair(one.Name, other.Name).B, link));

    private void MoveTo(long monotonicMs) =>
        Now = new Instant(Now.UnixMs + monotonicMs - Now.MonotonicMs, monotonicMs);

    private static (string A, string B) Pair(string one, string other) =>
        string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
}
