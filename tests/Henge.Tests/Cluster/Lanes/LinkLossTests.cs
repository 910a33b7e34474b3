using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;

using Xunit;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>What becomes of forwarded operations when a link breaks or its member stops answering.</summary>
public sealed class LinkLossTests
{
    [Fact]
    public void A_read_begins_anew()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[1]);
        ring.Run(ring[0], "SET", key, "x");
        ring[0].LinkTo(ring[1]).HoldsReplies = true;
        TestOperation read = ring.Start(ring[0], "GET", key);
        ring.Pump();
        ring.Cut(ring[0], ring[1]);
        Assert.Null(read.Outcome);
        ring.Connect(ring[0], ring[1]);
        ring.Pump();
        Assert.Equal("x", read.Reply);
    }

    [Fact]
    public void A_write_ends_as_unknown_and_is_never_sent_twice()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[1]);
        ring[0].LinkTo(ring[1]).HoldsReplies = true;
        TestOperation write = ring.Start(ring[0], "INCR", key);
        ring.Pump();
        ring.Cut(ring[0], ring[1]);
        Assert.Equal(Outcome.Unknown, write.Outcome);
        ring.Connect(ring[0], ring[1]);
        Assert.Equal("1", ring.Run(ring[0], "GET", key));
        Assert.Equal(1, ring[0].Lane.Counters.Unknown);
    }

    [Fact]
    public void The_planted_bug_sends_it_twice()
    {
        using var ring = new LaneRing(2, new ClusterOptions { Bugs = PlantedBugs.RepeatsWrites });
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[1]);
        ring[0].LinkTo(ring[1]).HoldsReplies = true;
        TestOperation write = ring.Start(ring[0], "INCR", key);
        ring.Pump();
        ring.Cut(ring[0], ring[1]);
        ring.Connect(ring[0], ring[1]);
        ring.Pump();
        Assert.Equal("2", write.Reply);
    }

    [Fact]
    public void What_was_not_sent_waits_for_the_next_link()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[1]);
        ring.Cut(ring[0], ring[1]);
        TestOperation write = ring.Start(ring[0], "INCR", key);
        ring.Connect(ring[0], ring[1]);
        ring.Pump();
        Assert.Equal("1", write.Reply);
    }

    [Fact]
    public void Operations_leave_a_member_that_is_suspected()
    {
        using var ring = new LaneRing(3);
        RingView view = ring.View([.. ring.Nodes]);
        RingView without = ring.View(ring[0], ring[2]);
        string key = ring.Key(view, ring[1], ring[2]);
        ring.Run(ring[0], "SET", key, "x");
        string other = ring.Key(view, ring[1], ring[2], skip: 1);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        TestOperation read = ring.Start(ring[0], "GET", key);
        TestOperation write = ring.Start(ring[0], "INCR", other);
        ring.AdoptAll(without, MemberState.Suspect);
        ring.Pump();
        Assert.Equal("x", read.Reply);
        Assert.Null(write.Outcome);
        ring.Advance(500);
        Assert.Equal(Outcome.Unknown, write.Outcome);
        Assert.Equal("1", ring.Run(ring[0], "INCR", other));
    }

    [Fact]
    public void A_dead_member_ends_its_writes_at_once()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[1]);
        ring[0].LinkTo(ring[1]).IsHeld = true;
        TestOperation write = ring.Start(ring[0], "INCR", key);
        ring[0].Lane.Adopt(ring.Snapshot(ring[0], ring.View(ring[0]), others: MemberState.Dead), ring.Now);
        Assert.Equal(Outcome.Unknown, write.Outcome);
    }

    [Fact]
    public void A_late_answer_finds_nobody()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[1]);
        ring[0].LinkTo(ring[1]).HoldsReplies = true;
        TestOperation write = ring.Start(ring[0], "INCR", key, timeoutMs: 50);
        TestOperation read = ring.Start(ring[0], "GET", key, timeoutMs: 50);
        ring.Advance(60);
        Assert.Equal(Outcome.Unknown, write.Outcome);
        Assert.Equal(Outcome.NotDone, read.Outcome);
        ring[0].LinkTo(ring[1]).HoldsReplies = false;
        ring.Pump();
        Assert.Equal(1, write.Completions);
        Assert.Equal(1, read.Completions);
    }
}
