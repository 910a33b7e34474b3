using Henge.Cluster;
using Henge.Cluster.Members;

using Xunit;

namespace Henge.Tests.Cluster.Members;

/// <summary>Discovery says who may be a member: what it names is dialled, what it leaves out changes nothing.</summary>
public sealed class DiscoveryTests
{
    private static readonly ClusterOptions s_options = new() { HasDiscovery = true };

    [Fact]
    public void A_node_that_has_heard_nothing_from_discovery_begins_no_ring()
    {
        var ring = new TestRing();
        TestNode a = ring.Start("a", s_options);
        ring.Run(3_600_000);
        Assert.False(a.Membership.KnowsOfRingOrGivesUp);
    }

    [Fact]
    public void Seeds_that_answer_nothing_do_not_stand_for_an_answer_of_discovery()
    {
        var ring = new TestRing();
        TestNode a = ring.Start("a", new ClusterOptions { HasDiscovery = true, Seeds = ["b:7400"] });
        ring.Run(60_000);
        Assert.False(a.Membership.KnowsOfRingOrGivesUp);
    }

    [Fact]
    public void Names_without_an_answer_are_dialled_and_settle_nothing()
    {
        var ring = new TestRing();
        TestNode b = ring.Start("b", s_options);
        TestNode a = ring.Start("a", s_options);
        Name(a, false, "a:7400", "b:7400");
        ring.Run(60_000);
        Assert.Equal(MemberState.Alive, a.StateOf("b"));
        Assert.False(a.Membership.KnowsOfRingOrGivesUp);
        b.Do(now => b.Membership.SetPhase(MemberPhase.Ready, now));
        ring.Run(5);
        Assert.True(a.Membership.KnowsOfRingOrGivesUp);
    }

    [Fact]
    public void Who_is_named_alone_waits_a_while_for_others()
    {
        var ring = new TestRing();
        TestNode a = ring.Start("a", s_options);
        ring.Run(60_000);
        Name(a, true, "a:7400");
        ring.Run(4900);
        Assert.False(a.Membership.KnowsOfRingOrGivesUp);
        ring.Run(200);
        Assert.True(a.Membership.KnowsOfRingOrGivesUp);
        Assert.Empty(a.Dials);
    }

    [Fact]
    public void A_ring_that_is_named_is_joined_at_once()
    {
        var ring = new TestRing();
        TestNode b = ring.Start("b");
        b.Do(now => b.Membership.SetPhase(MemberPhase.Ready, now));
        TestNode a = ring.Start("a", s_options);
        ring.Run(100);
        Name(a, true, "a:7400", "b:7400");
        Assert.InRange(ring.RunUntil(() => a.Membership.KnowsOfRingOrGivesUp, 1000), 0, 20);
    }

    [Fact]
    public void Islands_that_discovery_names_later_meet()
    {
        var ring = new TestRing();
        TestNode a = ring.Start("a", s_options);
        TestNode b = ring.Start("b", s_options);
        Name(a, true, "a:7400");
        Name(b, true, "b:7400");
        ring.Run(60_000);
        Assert.Equal(1, a.Alive);
        Name(b, true, "a:7400", "b:7400");
        Assert.InRange(ring.RunUntil(() => a.Alive == 2 && b.Alive == 2, 1000), 0, 50);
    }

    [Fact]
    public void Members_that_discovery_names_no_more_stay_members_and_are_dialled_again_when_links_break()
    {
        var ring = new TestRing();
        TestNode b = ring.Start("b");
        TestNode a = ring.Start("a", s_options);
        Name(a, true, "a:7400", "b:7400");
        ring.Run(1000);
        Name(a, true);
        ring.Run(60_000);
        Assert.Equal(MemberState.Alive, a.StateOf("b"));
        ring.Cut("a", "b");
        ring.Run(60_000);
        Assert.Equal(MemberState.Dead, a.StateOf("b"));
        ring.Mend();
        Assert.InRange(ring.RunUntil(() => a.StateOf("b") == MemberState.Alive && b.Alive == 2, 10_000), 0, 6000);
    }

    [Fact]
    public void Addresses_of_nobody_are_dialled_only_while_they_are_named()
    {
        var ring = new TestRing();
        TestNode a = ring.Start("a", s_options);
        Name(a, true, "gone:7400");
        ring.Run(60_000);
        Assert.InRange(a.Dials.Count, 10, 20);
        Name(a, true, "a:7400");
        int dials = a.Dials.Count;
        ring.Run(60_000);
        Assert.Equal(dials, a.Dials.Count);
    }

    [Fact]
    public void Seeds_stay_seeds_when_discovery_names_them_no_more()
    {
        var ring = new TestRing();
        TestNode a = ring.Start("a", new ClusterOptions { HasDiscovery = true, Seeds = ["gone:7400"] });
        Name(a, true, "gone:7400");
        Name(a, true, "a:7400");
        ring.Run(60_000);
        Assert.InRange(a.Dials.Count, 10, 20);
    }

    [Fact]
    public void Of_hundreds_of_addresses_without_an_answer_few_are_dialled_at_once_and_none_is_left_out()
    {
        var ring = new TestRing();
        string[] silent = [.. Enumerable.Range(0, 500).Select(static i => $"s{i}:7400")];
        foreach (string address in silent)
        {
            ring.Start(address[..^5], new ClusterOptions()).IsOff = true;
        }
        TestNode a = ring.Start("a", s_options);
        Name(a, true, silent);
        Assert.Equal(64, a.Dials.Count);
        ring.Run(10_000);
        Assert.Equal(500, a.Dials.Distinct().Count());
        ring.Start("late", new ClusterOptions());
        Name(a, true, [.. silent, "late:7400"]);
        Assert.InRange(ring.RunUntil(() => a.StateOf("late") == MemberState.Alive, 20_000), 0, 10_000);
    }

    private static void Name(TestNode node, bool isAnswer, params string[] addresses) =>
        node.Do(now => node.Membership.Discovered(addresses, isAnswer, now));
}
