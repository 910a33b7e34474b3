using Henge.Cluster.Lanes;
using Henge.Cluster.Rings;

using Xunit;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>Operations on one key are carried out in the order in which one caller started them.</summary>
public sealed class OrderTests
{
    [Fact]
    public void Through_a_wait()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        string key = ring.Key(view, ring[0]);
        int slot = LaneRing.SlotOf(key).Number;
        ring[0].Lane.Adopt(ring.Snapshot(ring[0], view, (access, _) => access[slot] = SlotAccess.Wait), ring.Now);
        ring.Start(ring[0], "SET", key, "1");
        ring.Start(ring[0], "INCR", key);
        TestOperation last = ring.Start(ring[0], "GET", key);
        ring.Pump();
        Assert.Empty(ring[0].Executed);
        ring.AdoptAll(view);
        ring.Pump();
        Assert.Equal("2", last.Reply);
    }

    [Fact]
    public void Nothing_is_served_directly_while_an_earlier_operation_waits()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        string key = ring.Key(view, ring[1]);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        TestOperation first = ring.Start(ring[0], "SET", key, "1");
        // The slot comes here while the write is under way to its former owner.
        RingView alone = ring.View(ring[0]);
        ring[0].Lane.Adopt(ring.Snapshot(ring[0], alone), ring.Now);
        Assert.False(ring[0].Lane.ServesDirectly(LaneRing.SlotOf(key), ring.Now));
        TestOperation second = ring.Start(ring[0], "GET", key);
        Assert.Null(second.Outcome);
        ring[1].Lane.Adopt(ring.Snapshot(ring[1], alone), ring.Now);
        ring[0].LinkTo(ring[1]).IsHeld = false;
        ring.Pump();
        Assert.Equal(Outcome.Done, first.Outcome);
        Assert.Equal("1", second.Reply);
        Assert.Equal(["SET " + key + " 1", "GET " + key], ring[0].Executed);
        Assert.True(ring[0].Lane.ServesDirectly(LaneRing.SlotOf(key), ring.Now));
    }

    [Fact]
    public void Through_refusals_of_a_node_that_learns_meanwhile_that_it_is_the_owner()
    {
        using var ring = new LaneRing(3);
        RingView before = ring.View(ring[0], ring[2]);
        RingView after = ring.View([.. ring.Nodes]);
        string key = ring.Key(after, ring[1]);
        string other = ring.Key(after, ring[1], skip: 1);
        ring.AdoptAll(before);
        ring[0].Lane.Adopt(ring.Snapshot(ring[0], after), ring.Now);
        LaneLink link = ring[0].LinkTo(ring[1]);
        ring.Start(ring[0], "SET", key, "1");
        ring.Start(ring[0], "INCR", $"{other} {key}");
        ring.Start(ring[0], "INCR", key);
        link.HoldsReplies = true;
        Assert.True(link.DeliverRequest(ring)); // Refused.
        foreach (LaneNode node in new[] { ring[1], ring[2] })
        {
            node.Lane.Adopt(ring.Snapshot(node, after), ring.Now);
        }
        ring.Pump(); // The others arrive at an owner, and must not overtake.
        Assert.Empty(ring[1].Executed);
        ring.Start(ring[0], "INCR", key);
        link.HoldsReplies = false;
        ring.Advance(30);
        Assert.Equal(
            ["SET " + key + " 1", $"INCR {other} {key}", "INCR " + key, "INCR " + key], ring[1].Executed);
        Assert.Equal("4", ring.Run(ring[2], "GET", key));
    }

    [Fact]
    public void An_operation_on_many_slots_waits_for_each_and_holds_each_up()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        string a = ring.Key(view, ring[0]);
        string b = ring.Key(view, ring[0], skip: 1);
        string c = ring.Key(view, ring[0], skip: 2);
        int slot = LaneRing.SlotOf(a).Number;
        ring[0].Lane.Adopt(ring.Snapshot(ring[0], view, (access, _) => access[slot] = SlotAccess.Wait), ring.Now);
        ring.Start(ring[0], "INCR", a);
        ring.Start(ring[0], "INCR", $"{a} {b}");
        TestOperation behind = ring.Start(ring[0], "GET", b);
        TestOperation free = ring.Start(ring[0], "GET", c);
        Assert.Null(behind.Outcome);
        Assert.Equal(Outcome.Done, free.Outcome);
        ring.AdoptAll(view);
        ring.Pump();
        Assert.Equal("1", behind.Reply);
        Assert.Equal("2", ring.Run(ring[0], "GET", a));
    }

    [Fact]
    public void An_operation_that_ends_late_lets_those_behind_it_go()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        string key = ring.Key(view, ring[1]);
        ring.Cut(ring[0], ring[1]);
        TestOperation first = ring.Start(ring[0], "SET", key, "1", timeoutMs: 50);
        TestOperation second = ring.Start(ring[0], "GET", key);
        ring.Advance(60);
        Assert.Equal(Outcome.NotDone, first.Outcome);
        ring.Connect(ring[0], ring[1]);
        ring.Pump();
        Assert.Equal("-", second.Reply);
    }

    [Fact]
    public void What_a_callback_starts_comes_behind_what_waits()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        string key = ring.Key(view, ring[1]);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        TestOperation write = TestOperation.Of(ring[0], "SET", key, "1");
        TestOperation? started = null;
        write.Completed = _ => started = ring.Start(ring[0], "INCR", key);
        ring[0].Lane.Start(write, ring.Now);
        TestOperation read = ring.Start(ring[0], "GET", key);
        ring.Cut(ring[0], ring[1]);
        Assert.Equal(Outcome.Unknown, write.Outcome);
        ring.Connect(ring[0], ring[1]);
        ring.Pump();
        Assert.Equal(["GET " + key, "INCR " + key], ring[1].Executed);
        Assert.Equal(Outcome.Done, read.Outcome);
        Assert.Equal("1", started!.Reply);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Whatever_happens_to_views_and_links(int seed)
    {
        var random = new Random(seed);
        using var ring = new LaneRing(4);
        RingView[] views = [ring.View([.. ring.Nodes]), ring.View(ring[0], ring[1], ring[2]),
            ring.View(ring[1], ring[2], ring[3]), ring.View(ring[0], ring[3])];
        var newest = views[0];
        var expected = new Dictionary<string, List<TestOperation>>();
        for (int step = 0; step < 3000; step++)
        {
            LaneNode node = ring[random.Next(4)];
            switch (random.Next(12))
            {
                case 0:
                    newest = views[random.Next(views.Length)];
                    node.Lane.Adopt(ring.Snapshot(node, newest), ring.Now);
                    break;
                case 1:
                    node.Lane.Adopt(ring.Snapshot(node, newest), ring.Now);
                    break;
                case 2:
                    LaneLink link = node.Links.Values.ElementAt(random.Next(3));
                    link.IsHeld = !link.IsHeld;
                    break;
                case 3:
                    ring.Advance(10);
                    break;
                case 4 or 5:
                    ring.Pump();
                    break;
                default:
                    string key = "k" + random.Next(4);
                    TestOperation operation = ring.Start(ring[0], "INCR", key, step.ToString());
                    (expected.TryGetValue(key, out var list) ? list : expected[key] = []).Add(operation);
                    break;
            }
        }
        foreach (LaneLink link in ring.Nodes.SelectMany(n => n.Links.Values))
        {
            link.IsHeld = false;
        }
        ring.AdoptAll(views[0]);
        ring.Advance(8000);
        Assert.All(ring.Nodes, n => Assert.False(n.Lane.IsBusy));
        // Each was carried out once at most (done: exactly once), and at each node in the order of the starts.
        foreach (LaneNode node in ring.Nodes)
        {
            foreach (string key in expected.Keys)
            {
                int[] steps = [.. node.Executed.Where(e => e.StartsWith("INCR " + key + " ", StringComparison.Ordinal))
                    .Select(e => int.Parse(e.Split(' ')[2]))];
                Assert.Equal(steps.Order(), steps);
            }
        }
        string[] all = [.. ring.Nodes.SelectMany(n => n.Executed)];
        Assert.Equal(all.Distinct().Count(), all.Length);
        Assert.All(expected.Values.SelectMany(o => o), o => Assert.Equal(1, o.Completions));
        int done = expected.Values.SelectMany(o => o).Count(o => o.Outcome == Outcome.Done);
        Assert.InRange(all.Length, done, expected.Values.Sum(o => o.Count));
        Assert.True(done > 100, $"only {done} done");
    }
}
