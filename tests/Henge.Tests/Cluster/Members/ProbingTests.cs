using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Members.Probes;
using Henge.Cluster.Messages;

using Xunit;

namespace Henge.Tests.Cluster.Members;

/// <summary>What probes find out.</summary>
public sealed class ProbingTests
{
    [Fact]
    public void Clocks_that_are_off_are_measured_and_reported_once()
    {
        TestRing ring = MembershipTests.Settled(3);
        TestNode node0 = ring["node0"];
        TestNode ahead = ring["node1"];
        Assert.InRange(node0.Membership.ClockSkewMs[ahead.Id], -2, 2);
        Assert.InRange(node0.Membership.RoundTripMicroseconds[ahead.Id], 1000, 3000);
        ahead.ClockOffsetMs = 5000;
        ring.Run(10_000);
        Assert.InRange(node0.Membership.ClockSkewMs[ahead.Id], 4998, 5002);
        ClusterEvent reported = Assert.Single(node0.Events, e => e.Kind == ClusterEventKind.ClockSkew);
        Assert.Equal("node1", reported.Member?.Name);
        Assert.InRange(reported.Amount, 4998, 5002);
        ahead.ClockOffsetMs = 0;
        ring.Run(5000);
        ahead.ClockOffsetMs = -3000;
        ring.Run(5000);
        Assert.Equal(2, node0.Events.Count(e => e.Kind == ClusterEventKind.ClockSkew));
    }

    [Fact]
    public void Everybody_answers_a_verification_within_a_round_trip()
    {
        TestRing ring = MembershipTests.Settled(4);
        Membership membership = ring["node0"].Membership;
        Assert.True(membership.IsVerified);
        ring["node0"].Do(membership.Verify);
        Assert.False(membership.IsVerified);
        ring.Run(5);
        Assert.True(membership.IsVerified);
    }

    [Fact]
    public void What_was_asked_on_a_link_that_broke_is_asked_again_on_the_next()
    {
        TestRing ring = MembershipTests.Settled(2);
        TestNode node0 = ring["node0"];
        node0.Loses = static (_, kind) => kind == MessageKind.Probe;
        node0.Do(node0.Membership.Verify);
        node0.Loses = static (_, _) => false;
        foreach (TestLink link in ring.Links.ToArray())
        {
            ring.Close(link, node0, DownReason.Reset);
        }
        Assert.False(node0.Membership.IsVerified);
        Assert.InRange(ring.RunUntil(() => node0.Membership.IsVerified, 300), 0, 300);
    }

    [Fact]
    public void Who_was_pronounced_dead_hears_it_before_it_is_verified()
    {
        TestRing ring = MembershipTests.Settled(3);
        TestNode paused = ring["node1"];
        paused.Pause();
        ring.Run(20_000);
        Assert.True(MembershipTests.Others(ring, paused, MemberState.Dead));
        uint before = paused.Membership.Self.Incarnation;
        paused.Resume();
        paused.Do(paused.Membership.Verify);
        Assert.InRange(ring.RunUntil(() => paused.Membership.IsVerified, 10_000), 0, 10_000);
        Assert.True(paused.Membership.Self.Incarnation > before);
        Assert.InRange(ring.RunUntil(() => MembershipTests.AllSee(ring, 3), 10_000), 0, 6000);
    }

    [Fact]
    public void A_silent_member_does_not_hold_a_verification_up_for_ever()
    {
        TestRing ring = MembershipTests.Settled(3);
        TestNode node0 = ring["node0"];
        ring["node1"].IsOff = true;
        node0.Do(node0.Membership.Verify);
        ring.Run(100);
        Assert.False(node0.Membership.IsVerified);
        Assert.InRange(ring.RunUntil(() => node0.Membership.IsVerified, 10_000), 0, 2500);
    }

    [Fact]
    public void A_verification_whose_question_was_lost_is_asked_again_at_once()
    {
        TestRing ring = MembershipTests.Settled(3);
        TestNode node0 = ring["node0"];
        // As after a pause: the links have broken, and the kernel still takes what is sent on them.
        node0.Loses = static (_, _) => true;
        node0.Do(node0.Membership.Verify);
        ring.Run(100);
        node0.Loses = static (_, _) => false;
        Assert.InRange(ring.RunUntil(() => node0.Membership.IsVerified, 10_000), 0, 300);
    }

    [Fact]
    public void One_lost_message_in_a_hundred_kills_nobody()
    {
        TestRing ring = MembershipTests.Settled(5);
        var chance = new Chance(7);
        ring.Nodes.ForEach(n => n.Loses = (_, _) => chance.Below(100) == 0);
        ring.Run(3_600_000);
        Assert.DoesNotContain(ring.Nodes, n => n.Events.Exists(e => e.Kind == ClusterEventKind.MemberDead));
    }

    [Fact]
    public void Who_alone_runs_while_all_others_stand_still_for_a_while_suspects_nobody()
    {
        TestRing ring = MembershipTests.Settled(16);
        // As when sixteen start at once on two cores: they make their plans at the same time, one after the other.
        TestNode[] others = [.. ring.Nodes.Where(n => n.Name != "node8")];
        Array.ForEach(others, static node => node.Pause());
        ring.Run(4000);
        Array.ForEach(others, static node => node.Resume());
        ring.Run(20_000);
        Assert.DoesNotContain(ring.Nodes, n => n.Events.Exists(e => e.Kind == ClusterEventKind.MemberSuspect));
    }

    [Fact]
    public void Who_is_alone_for_longer_knows_it_within_seconds()
    {
        TestRing ring = MembershipTests.Settled(16);
        TestNode alone = ring["node8"];
        foreach (TestNode other in ring.Nodes.Where(n => n != alone))
        {
            ring.Cut(alone.Name, other.Name);
        }
        // The greater side is told of one silent member by all its others: as soon as ever.
        Assert.InRange(ring.RunUntil(() => MembershipTests.Others(ring, alone, MemberState.Suspect), 10_000), 0, 2200);
        Assert.InRange(ring.RunUntil(() => alone.Alive == 1, 10_000), 0, 6600);
    }

    [Fact]
    public void Probes_lost_on_one_link_are_answered_through_others()
    {
        TestRing ring = MembershipTests.Settled(4);
        ring["node0"].Loses = (to, kind) => to.Name == "node1" && kind == MessageKind.Probe;
        ring.Run(60_000);
        Assert.DoesNotContain(ring.Nodes, n => n.Events.Exists(e => e.Kind == ClusterEventKind.MemberSuspect));
    }

    [Fact]
    public void The_same_seed_gives_the_same_messages()
    {
        string[] runs = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            TestRing ring = MembershipTests.Settled(20);
            ring.Kill(ring["node7"]);
            ring.Run(20_000);
            return string.Join(' ', ring.Nodes.Select(n => $"{n.Sent}/{n.Membership.Version}/{n.Events.Count}"));
        })];
        Assert.Equal(runs[0], runs[1]);
    }

    [Theory]
    [InlineData(2, 0, 1, 6000)]
    [InlineData(3, 1, 1, 18_000)]
    [InlineData(3, 1, 2, 3000)]
    [InlineData(10, 8, 1, 18_000)]
    [InlineData(10, 8, 2, 8550)]
    [InlineData(10, 8, 3, 3000)]
    [InlineData(10, 8, 9, 3000)]
    [InlineData(100, 98, 1, 36_000)]
    [InlineData(100, 98, 3, 6000)]
    public void A_suspicion_ends_sooner_the_more_confirm_it(int members, int witnesses, int accusers, long expected) =>
        Assert.InRange(SuspicionTime.Ms(3000, members, witnesses, accusers), expected - 1, expected + 1);
}
