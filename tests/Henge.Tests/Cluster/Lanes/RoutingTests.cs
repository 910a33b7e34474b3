using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;

using Xunit;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>Where operations go, and what happens when two nodes see different rings.</summary>
public sealed class RoutingTests
{
    [Fact]
    public void Any_node_answers_any_key()
    {
        using var ring = new LaneRing(3);
        RingView view = ring.View([.. ring.Nodes]);
        foreach (LaneNode owner in ring.Nodes)
        {
            string key = ring.Key(view, owner);
            Assert.Equal("OK", ring.Run(ring[0], "SET", key, "v" + key));
            foreach (LaneNode node in ring.Nodes)
            {
                Assert.Equal("v" + key, ring.Run(node, "GET", key));
            }
        }
    }

    [Fact]
    public void A_read_is_answered_at_once_unless_something_of_its_slot_waits()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        ring[1].AnswersReads = true;
        string key = ring.Key(view, ring[1]);
        ring.Run(ring[0], "SET", key, "v");
        ring[1].Executed.Clear();
        Assert.Equal("v", ring.Run(ring[0], "GET", key));
        Assert.Equal(1, ring[1].Answered);
        ring[1].Shared.ServeUntilMs = ring.Now.MonotonicMs - 1;
        TestOperation write = ring.Start(ring[0], "SET", key, "w");
        TestOperation read = ring.Start(ring[0], "GET", key);
        ring.Pump();
        Assert.Null(read.Outcome);
        ring[1].Shared.ServeUntilMs = long.MaxValue;
        ring.Advance(20);
        Assert.Equal(Outcome.Done, write.Outcome);
        Assert.Equal("w", read.Reply);
        Assert.Equal(1, ring[1].Answered);
    }

    [Fact]
    public void A_lone_node_does_not_answer_for_a_ring_of_which_it_has_not_heard()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        ring[1].AnswersReads = true;
        string key = ring.Key(view, ring[1]);
        ring.Run(ring[0], "SET", key, "v");

        // It was restarted: it goes by itself alone, and the other already goes by both of them.
        ring[1].Lane.Adopt(ring.Snapshot(ring[1], ring.View(ring[1]), onlySelf: true), ring.Now);
        ring[1].Executed.Clear();
        TestOperation read = ring.Start(ring[0], "GET", key);
        TestOperation write = ring.Start(ring[0], "SET", key, "w");
        ring.Pump();
        Assert.Null(read.Outcome);
        Assert.Null(write.Outcome);
        Assert.Empty(ring[1].Executed);
        Assert.Equal(0, ring[1].Answered);

        ring[1].Lane.Adopt(ring.Snapshot(ring[1], view), ring.Now);
        ring.Advance(20);
        Assert.Equal("v", read.Reply);
        Assert.Equal(Outcome.Done, write.Outcome);
        Assert.Equal("w", ring.Run(ring[0], "GET", key));
    }

    [Fact]
    public void Who_has_left_is_answered_while_it_lingers()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View(ring[1]), ring[1]);
        ring.AdoptAll(ring.View(ring[1]), others: MemberState.Left);
        Assert.Equal("OK", ring.Run(ring[0], "SET", key, "v"));
        Assert.Equal("v", ring.Run(ring[0], "GET", key));
    }

    [Fact]
    public void An_operation_of_two_owners_is_split()
    {
        using var ring = new LaneRing(3);
        RingView view = ring.View([.. ring.Nodes]);
        string here = ring.Key(view, ring[0]);
        string there = ring.Key(view, ring[1]);
        string elsewhere = ring.Key(view, ring[2]);
        Assert.Equal(Outcome.Split, ring.Start(ring[0], "GET", $"{here} {there}").Outcome);
        Assert.Equal(Outcome.Split, ring.Start(ring[0], "GET", $"{there} {here}").Outcome);
        Assert.Equal(Outcome.Split, ring.Start(ring[0], "GET", $"{there} {elsewhere}").Outcome);
        Assert.False(ring[0].Lane.IsBusy);
    }

    [Fact]
    public void Many_keys_of_one_owner_go_together()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        string a = ring.Key(view, ring[1]);
        string b = ring.Key(view, ring[1], skip: 1);
        ring.Run(ring[0], "SET", $"{a} {b} {a}", "x");
        Assert.Equal("xx", ring.Run(ring[0], "GET", $"{a} {b}"));
        Assert.True(ring[0].Lane.ServesDirectly(LaneRing.SlotOf(ring.Key(view, ring[0])), ring.Now));
        Assert.False(ring[0].Lane.IsBusy);
    }

    [Fact]
    public void A_member_can_be_asked_by_name()
    {
        using var ring = new LaneRing(2);
        var here = TestOperation.For(ring[0], ring[0], "WHO");
        ring[0].Lane.Start(here, ring.Now);
        Assert.Equal("n0", here.Reply);
        var there = TestOperation.For(ring[0], ring[1], "WHO");
        ring[0].Lane.Start(there, ring.Now);
        ring.Pump();
        Assert.Equal("n1", there.Reply);
        Assert.True(there.WasRemote);
    }

    [Fact]
    public void A_member_that_is_gone_is_not_waited_for()
    {
        using var ring = new LaneRing(2);
        ring.Cut(ring[0], ring[1]);
        var waiting = TestOperation.For(ring[0], ring[1], "WHO");
        ring[0].Lane.Start(waiting, ring.Now);
        Assert.Null(waiting.Outcome);
        ring[0].Lane.Adopt(ring.Snapshot(ring[0], ring.View(ring[0]), others: MemberState.Dead), ring.Now);
        Assert.Equal(Outcome.NotDone, waiting.Outcome);
    }

    [Fact]
    public void Without_a_link_to_the_owner_another_copy_relays()
    {
        using var ring = new LaneRing(3);
        RingView view = ring.View([.. ring.Nodes]);
        string key = ring.Key(view, ring[1], ring[2]);
        ring.Cut(ring[0], ring[1]);
        Assert.Equal("OK", ring.Run(ring[0], "SET", key, "x"));
        Assert.Equal(["SET " + key + " x"], ring[1].Executed);
        Assert.Equal("x", ring[2].Peek(key));
    }

    [Fact]
    public void A_node_that_is_not_the_owner_sends_back_and_the_newer_view_decides()
    {
        using var ring = new LaneRing(3);
        RingView later = ring.View(ring[0], ring[2]);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[1], ring[2]);
        // n1 knows already that it is out; n0 does not.
        ring[1].Lane.Adopt(ring.Snapshot(ring[1], later), ring.Now);
        TestOperation operation = ring.Start(ring[0], "SET", key, "x");
        ring.Pump();
        Assert.Null(operation.Outcome);
        Assert.Empty(ring[1].Executed);
        ring.AdoptAll(later);
        ring.Pump();
        Assert.Equal(Outcome.Done, operation.Outcome);
        Assert.Equal(later.CopiesOf(LaneRing.SlotOf(key))[0] == later.PlaceOf(ring[0].Id) ? "x" : "x",
            ring[0].Peek(key));
        Assert.Equal("x", ring[2].Peek(key));
    }

    [Fact]
    public void An_owner_that_does_not_know_yet_is_asked_again()
    {
        using var ring = new LaneRing(3);
        RingView before = ring.View(ring[0], ring[2]);
        RingView after = ring.View([.. ring.Nodes]);
        string key = ring.Key(after, ring[1]);
        ring.AdoptAll(before);
        ring[0].Lane.Adopt(ring.Snapshot(ring[0], after), ring.Now);
        TestOperation operation = ring.Start(ring[0], "GET", key);
        ring.Advance(50);
        Assert.Null(operation.Outcome);
        ring[1].Lane.Adopt(ring.Snapshot(ring[1], after), ring.Now);
        ring.Advance(20);
        Assert.Equal("-", operation.Reply);
        Assert.True(ring[0].Lane.Counters.Retried > 0);
    }

    [Fact]
    public void Without_any_owner_operations_wait_and_are_refused_in_time()
    {
        using var ring = new LaneRing(2);
        ring[0].Lane.Adopt(ring.Snapshot(ring[0], ring.View()), ring.Now);
        TestOperation first = ring.Start(ring[0], "GET", "a", timeoutMs: 100);
        TestOperation second = ring.Start(ring[0], "GET", "b", timeoutMs: 300);
        ring.Advance(150);
        Assert.Equal(Outcome.NotDone, first.Outcome);
        Assert.Equal(1, ring[0].Shared.TopologyMisses);
        ring.AdoptAll(ring.View([.. ring.Nodes]));
        ring.Pump();
        Assert.Equal(Outcome.Done, second.Outcome);
    }

    [Fact]
    public void A_node_that_was_stopped_does_not_serve_until_it_has_asked()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0]);
        Slot slot = LaneRing.SlotOf(key);
        ring[0].Shared.ServeUntilMs = ring.Now.MonotonicMs + 5;
        Assert.True(ring[0].Lane.ServesDirectly(slot, ring.Now));
        ring.Advance(10);
        Assert.False(ring[0].Lane.ServesDirectly(slot, ring.Now));
        TestOperation operation = ring.Start(ring[0], "GET", key);
        TestOperation remote = ring.Start(ring[1], "GET", key);
        ring.Advance(30);
        Assert.Null(operation.Outcome);
        Assert.Null(remote.Outcome);
        ring[0].Shared.ServeUntilMs = long.MaxValue;
        ring.Advance(20);
        Assert.Equal(Outcome.Done, operation.Outcome);
        Assert.Equal(Outcome.Done, remote.Outcome);
        Assert.True(ring[0].Lane.ServesDirectly(slot, ring.Now));
    }

    [Fact]
    public void More_than_may_wait_are_refused_at_once()
    {
        using var ring = new LaneRing(2, new ClusterOptions { MaxWaiting = 3 });
        ring[0].Lane.Adopt(ring.Snapshot(ring[0], ring.View()), ring.Now);
        TestOperation[] started = [.. Enumerable.Range(0, 4).Select(i => ring.Start(ring[0], "SET", "k" + i, "x"))];
        Assert.Equal([null, null, null, Outcome.NotDone], started.Select(o => o.Outcome));
        ring.AdoptAll(ring.View([.. ring.Nodes]));
        ring.Pump();
        Assert.All(started[..3], o => Assert.Equal(Outcome.Done, o.Outcome));
    }

    [Fact]
    public void A_full_queue_is_tried_again()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[1]);
        ring[0].LinkTo(ring[1]).IsFull = true;
        TestOperation operation = ring.Start(ring[0], "SET", key, "x");
        ring.Advance(30);
        Assert.Null(operation.Outcome);
        ring[0].LinkTo(ring[1]).IsFull = false;
        ring.Advance(10);
        Assert.Equal(Outcome.Done, operation.Outcome);
    }
}
