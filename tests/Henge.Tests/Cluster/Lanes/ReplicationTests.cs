using System.Text;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;
using Henge.Storage;

using Xunit;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>
/// A write is answered when every copy of its slot has it, whatever happens to views and links meanwhile.
/// </summary>
public sealed class ReplicationTests
{
    [Fact]
    public void A_write_is_answered_when_the_replica_has_it()
    {
        using var ring = new LaneRing(3);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0], ring[1]);
        ring[0].LinkTo(ring[1]).HoldsReplies = true;
        TestOperation write = ring.Start(ring[0], "SET", key, "x");
        ring.Pump();
        Assert.Equal("x", ring[1].Peek(key));
        Assert.Null(write.Outcome);
        ring[0].LinkTo(ring[1]).HoldsReplies = false;
        ring.Pump();
        Assert.Equal(Outcome.Done, write.Outcome);
        Assert.Null(ring[2].Peek(key));
        Assert.False(ring[0].Lane.IsBusy);
    }

    [Fact]
    public void A_hold_is_released_when_all_records_of_all_its_slots_are_everywhere()
    {
        using var ring = new LaneRing(3);
        RingView view = ring.View([.. ring.Nodes]);
        string[] keys = [ring.Key(view, ring[0], ring[1]), ring.Key(view, ring[0], ring[2])];
        var hold = new TestHold();
        foreach (string key in keys)
        {
            SetDirectly(ring, ring[0], key, "x");
        }
        ring[0].LinkTo(ring[2]).IsHeld = true;
        ring[0].Lane.Commit(hold, ring.Now);
        ring.Pump();
        Assert.Equal("x", ring[1].Peek(keys[0]));
        Assert.Equal(0, hold.Releases);
        ring[0].LinkTo(ring[2]).IsHeld = false;
        ring.Pump();
        Assert.Equal("x", ring[2].Peek(keys[1]));
        Assert.Equal((Outcome.Done, 1), (hold.Outcome, hold.Releases));
    }

    [Fact]
    public void What_an_operation_writes_is_not_mixed_with_what_was_written_directly()
    {
        using var ring = new LaneRing(3);
        RingView view = ring.View([.. ring.Nodes]);
        string direct = ring.Key(view, ring[0], ring[1]);
        string started = ring.Key(view, ring[0], ring[2]);
        SetDirectly(ring, ring[0], direct, "x");
        ring[0].LinkTo(ring[1]).HoldsReplies = true;
        TestOperation write = ring.Start(ring[0], "SET", started, "y");
        var hold = new TestHold();
        ring[0].Lane.Commit(hold, ring.Now);
        ring.Pump();
        Assert.Equal(Outcome.Done, write.Outcome);
        Assert.Null(hold.Outcome);
        ring[0].LinkTo(ring[1]).HoldsReplies = false;
        ring.Pump();
        Assert.Equal(Outcome.Done, hold.Outcome);
        Assert.Equal("x", ring[1].Peek(direct));
    }

    [Fact]
    public void Alone_nothing_waits()
    {
        using var ring = new LaneRing(1);
        Assert.False(ring[0].Lane.Replicates);
        SetDirectly(ring, ring[0], "k", "x");
        var hold = new TestHold();
        ring[0].Lane.Commit(hold, ring.Now);
        Assert.Equal(Outcome.Done, hold.Outcome);
        Assert.Equal(0, ring[0].Changes.Count);
        Assert.Equal(Outcome.Done, ring.Start(ring[0], "SET", "k", "y").Outcome);
    }

    [Fact]
    public void With_owner_acknowledgement_a_write_is_answered_at_once_and_still_copied()
    {
        using var ring = new LaneRing(2, new ClusterOptions { WaitsForReplicas = false });
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0]);
        Assert.Equal(Outcome.Done, ring.Start(ring[0], "SET", key, "x").Outcome);
        ring.Pump();
        Assert.Equal("x", ring[1].Peek(key));
        ring[0].LinkTo(ring[1]).IsHeld = true;
        Assert.Equal(Outcome.Done, ring.Start(ring[0], "SET", key, "y").Outcome);
        ring.Advance(5010);
        Assert.Equal([LaneRing.SlotOf(key)], Doubtful(ring[0]));
        Assert.False(ring[0].Lane.IsBusy);
    }

    [Fact]
    public void A_write_that_is_not_everywhere_in_time_is_unknown_and_its_slot_doubtful()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0]);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        TestOperation write = ring.Start(ring[0], "SET", key, "x", timeoutMs: 100);
        ring.Advance(90);
        Assert.Null(write.Outcome);
        Assert.False(ring[0].Shared.HasDoubtful);
        ring.Advance(10);
        Assert.Equal(Outcome.Unknown, write.Outcome);
        Assert.Equal([LaneRing.SlotOf(key)], Doubtful(ring[0]));
        Assert.Equal(1, ring[0].Lane.Counters.Unreplicated);
        ring[0].LinkTo(ring[1]).IsHeld = false;
        ring.Pump();
        Assert.Equal("OK", ring.Run(ring[0], "SET", key, "y"));
    }

    [Fact]
    public void The_planted_bug_answers_OK()
    {
        using var ring = new LaneRing(2, new ClusterOptions { Bugs = PlantedBugs.OkOnTimeout });
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0]);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        TestOperation write = ring.Start(ring[0], "SET", key, "x", timeoutMs: 100);
        ring.Advance(100);
        Assert.Equal(Outcome.Done, write.Outcome);
    }

    [Fact]
    public void A_write_to_a_replica_that_fails_goes_to_the_one_that_takes_its_place()
    {
        using var ring = new LaneRing(3);
        RingView view = ring.View([.. ring.Nodes]);
        RingView without = ring.View(ring[0], ring[2]);
        string key = ring.Key(view, ring[0], ring[1]);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        TestOperation write = ring.Start(ring[0], "SET", key, "x");
        ring.Pump();
        Assert.Null(write.Outcome);
        ring.AdoptAll(without, MemberState.Suspect);
        ring.Pump();
        Assert.Equal(Outcome.Done, write.Outcome);
        Assert.Equal("x", ring[2].Peek(key));
    }

    [Fact]
    public void Without_another_member_to_take_its_place_the_write_is_done()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0]);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        TestOperation write = ring.Start(ring[0], "SET", key, "x");
        ring[0].Lane.Adopt(ring.Snapshot(ring[0], ring.View(ring[0]), others: MemberState.Suspect), ring.Now);
        Assert.Equal(Outcome.Done, write.Outcome);
    }

    [Fact]
    public void Records_go_again_when_their_link_broke()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0]);
        TestOperation[] writes = [.. Enumerable.Range(0, 5).Select(i => ring.Start(ring[0], "INCR", key))];
        ring[0].LinkTo(ring[1]).IsHeld = true;
        ring.Pump();
        ring.Cut(ring[0], ring[1]);
        writes = [.. writes, ring.Start(ring[0], "INCR", key)];
        ring.Pump();
        Assert.All(writes, w => Assert.Null(w.Outcome));
        ring.Connect(ring[0], ring[1]);
        ring.Pump();
        Assert.All(writes, w => Assert.Equal(Outcome.Done, w.Outcome));
        Assert.Equal("6", ring[1].Peek(key));
        Assert.Equal(["1", "2", "3", "4", "5", "6"], writes.Select(w => w.Reply));
    }

    [Fact]
    public void A_node_that_sees_other_copies_refuses_and_the_newer_view_decides()
    {
        using var ring = new LaneRing(3);
        RingView later = ring.View(ring[0], ring[2]);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0], ring[1]);
        ring[1].Lane.Adopt(ring.Snapshot(ring[1], later), ring.Now);
        TestOperation write = ring.Start(ring[0], "SET", key, "x");
        ring.Advance(30);
        Assert.Null(write.Outcome);
        Assert.Null(ring[1].Peek(key));
        ring.AdoptAll(later);
        ring.Pump();
        Assert.Equal(Outcome.Done, write.Outcome);
        Assert.Equal("x", ring[2].Peek(key));
    }

    [Fact]
    public void A_copy_of_an_old_view_is_no_acknowledgement_in_a_wider_one()
    {
        // n1 is a copy in both views; but n2 would never learn of what n1 alone has taken.
        using var ring = new LaneRing(3, new ClusterOptions { Copies = 3 });
        RingView narrow = ring.View(ring[0], ring[1]);
        RingView wide = ring.View([.. ring.Nodes]);
        ring.AdoptAll(narrow);
        ring[1].Lane.Adopt(ring.Snapshot(ring[1], wide), ring.Now);
        string key = ring.Key(narrow, ring[0]);
        TestOperation write = ring.Start(ring[0], "SET", key, "x");
        ring.Advance(20);
        Assert.Null(write.Outcome);
        ring.AdoptAll(wide);
        ring.Pump();
        Assert.Equal(Outcome.Done, write.Outcome);
        Assert.All(ring.Nodes, n => Assert.Equal("x", n.Peek(key)));
    }

    [Fact]
    public void The_planted_bug_takes_records_of_anybody()
    {
        using var ring = new LaneRing(3, new ClusterOptions { Bugs = PlantedBugs.NoViewCheck });
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0], ring[1]);
        ring[1].Lane.Adopt(ring.Snapshot(ring[1], ring.View(ring[0], ring[2])), ring.Now);
        Assert.Equal("OK", ring.Run(ring[0], "SET", key, "x"));
        Assert.Equal("x", ring[1].Peek(key));
    }

    [Fact]
    public void A_change_of_view_that_concerns_nothing_is_settled_at_once()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        TestOperation write = ring.Start(ring[0], "SET", ring.Key(view, ring[0]), "x");
        ClusterSnapshot next = ring.Snapshot(ring[0], view);
        ring[0].Lane.Adopt(next, ring.Now);
        Assert.Equal([next.Number], ring[0].Settled);
        Assert.Null(write.Outcome);
        ring[0].Lane.Adopt(next, ring.Now);
        Assert.Single(ring[0].Settled);
    }

    [Fact]
    public void Writes_on_slots_that_are_lost_reach_the_new_copies_before_the_change_is_settled()
    {
        using var ring = new LaneRing(3);
        RingView view = ring.View([.. ring.Nodes]);
        RingView without = ring.View(ring[1], ring[2]);
        string key = ring.Key(view, ring[0], ring[1]);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        TestOperation write = ring.Start(ring[0], "SET", key, "x");
        ring.Pump();
        ring.AdoptAll(without);
        Assert.Empty(ring[0].Settled);
        ring.Pump();
        Assert.Equal("x", ring[2].Peek(key));
        Assert.Null(write.Outcome);
        Assert.Empty(ring[0].Settled);
        ring[0].LinkTo(ring[1]).IsHeld = false;
        ring.Pump();
        Assert.Equal(Outcome.Done, write.Outcome);
        Assert.Single(ring[0].Settled);
        Assert.Equal("x", ring[1].Peek(key));
    }

    [Fact]
    public void A_copy_that_does_not_answer_holds_up_a_change_for_a_second_at_most()
    {
        using var ring = new LaneRing(3);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0], ring[1]);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        TestOperation write = ring.Start(ring[0], "SET", key, "x");
        ring.Pump();
        ring.AdoptAll(ring.View(ring[1], ring[2]));
        ring.Advance(990);
        Assert.Empty(ring[0].Settled);
        ring.Advance(10);
        Assert.Single(ring[0].Settled);
        Assert.Null(write.Outcome);
        ring.AdoptAll(ring.View(ring[2]), MemberState.Dead);
        Assert.Equal(2, ring[0].Settled.Count + (write.Outcome is null ? 1 : 0));
        ring.Pump();
        Assert.Equal(Outcome.Done, write.Outcome);
    }

    [Fact]
    public void What_was_written_directly_and_is_not_committed_is_not_settled()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0]);
        SetDirectly(ring, ring[0], key, "x");
        ring[0].Lane.Adopt(ring.Snapshot(ring[0], ring.View(ring[1])), ring.Now);
        Assert.Empty(ring[0].Settled);
        ring[1].Lane.Adopt(ring.Snapshot(ring[1], ring.View(ring[1])), ring.Now);
        var hold = new TestHold();
        ring[0].Lane.Commit(hold, ring.Now);
        ring.Pump();
        Assert.Equal(Outcome.Done, hold.Outcome);
        Assert.Single(ring[0].Settled);
        Assert.Equal("x", ring[1].Peek(key));
    }

    [Fact]
    public void Large_batches_are_split()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        List<byte[]> log = ring[0].LinkTo(ring[1]).Log = [];
        string value = new('v', 50_000);
        string[] keys = [.. Enumerable.Range(0, 20).Select(i => ring.Key(view, ring[0], skip: i))];
        foreach (string key in keys)
        {
            SetDirectly(ring, ring[0], key, value);
        }
        var hold = new TestHold();
        ring[0].Lane.Commit(hold, ring.Now);
        ring.Pump();
        Assert.Equal(Outcome.Done, hold.Outcome);
        Assert.All(keys, k => Assert.Equal(value, ring[1].Peek(k)));
        Assert.Equal(4, log.Count);
        Assert.All(log, m => Assert.InRange(m.Length, 1, 256 << 10));
    }

    [Fact]
    public void Records_that_wait_are_charged_to_the_memory()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        string value = new('v', 100_000);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        long before = ring[0].Store.GetStatistics().ChargedBytes;
        for (int i = 0; i < 30; i++)
        {
            ring.Start(ring[0], "SET", ring.Key(view, ring[0], skip: i), value);
        }
        Assert.InRange(ring[0].Store.GetStatistics().ChargedBytes - before, 2_000_000, 4_000_000);
        ring[0].LinkTo(ring[1]).IsHeld = false;
        ring.Pump();
        Assert.Equal(before, ring[0].Store.GetStatistics().ChargedBytes);
    }

    [Fact]
    public void Deletions_are_copied()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[0]);
        ring.Run(ring[1], "SET", key, "x");
        Assert.Equal("1", ring.Run(ring[1], "DEL", key));
        Assert.Null(ring[1].Peek(key));
    }

    private static void SetDirectly(LaneRing ring, LaneNode node, string key, string value)
    {
        using EntryScope scope = node.Store.Open(Encoding.UTF8.GetBytes(key), ring.Now.UnixMs);
        scope.Set(EntryType.String, Encoding.UTF8.GetBytes(value), 0);
    }

    private static List<Slot> Doubtful(LaneNode node)
    {
        var slots = new List<Slot>();
        node.Shared.TakeDoubtful(slots);
        return slots;
    }
}
