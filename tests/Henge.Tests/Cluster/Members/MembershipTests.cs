using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Members.Probes;

using Xunit;

namespace Henge.Tests.Cluster.Members;

/// <summary>Nodes that come, go, fall silent and are cut off, on a clock that the test moves.</summary>
public sealed class MembershipTests
{
    private static readonly string[] s_seeds = ["a:7400", "b:7400", "c:7400"];

    [Theory]
    [InlineData("a", "b", "c")]
    [InlineData("c", "a", "b")]
    [InlineData("b", "c", "a")]
    public void Nodes_find_each_other_in_any_order_with_their_own_address_among_the_seeds(params string[] order)
    {
        var ring = new TestRing();
        foreach (string name in order)
        {
            ring.Start(name, s_seeds);
            ring.Run(300);
        }
        Assert.InRange(ring.RunUntil(() => AllSee(ring, 3), 2000), 0, 2000);
        Assert.All(ring.Nodes, n => Assert.True(n.Membership.KnowsOfRingOrGivesUp));
    }

    [Fact]
    public void Nodes_started_in_the_same_moment_find_each_other()
    {
        TestRing ring = Ring(3);
        Assert.InRange(ring.RunUntil(() => AllSee(ring, 3), 2000), 0, 1500);
    }

    [Fact]
    public void Whoever_joins_through_one_is_known_to_all_within_moments()
    {
        TestRing ring = Settled(10);
        ring.Start("late", "node3:7400");
        Assert.InRange(ring.RunUntil(() => AllSee(ring, 11), 1000), 0, 30);
    }

    [Fact]
    public void Without_seeds_there_is_nothing_to_wait_for()
    {
        var ring = new TestRing();
        Assert.True(ring.Start("a").Membership.KnowsOfRingOrGivesUp);
        Assert.True(ring.Start("b", "b:7400").Membership.KnowsOfRingOrGivesUp);
    }

    [Fact]
    public void Seeds_that_refuse_are_not_waited_for_and_dialled_again()
    {
        var ring = new TestRing();
        TestNode a = ring.Start("a", "b:7400");
        ring.Run(60);
        Assert.True(a.Membership.KnowsOfRingOrGivesUp);
        ring.Run(120_000);
        ring.Start("b");
        Assert.InRange(ring.RunUntil(() => AllSee(ring, 2), 6000), 0, 5100);
    }

    [Fact]
    public void Seeds_that_do_not_answer_are_waited_for_as_long_as_patience_lasts()
    {
        var ring = new TestRing();
        ring.Start("b");
        ring.Cut("a", "b");
        TestNode a = ring.Start("a", "b:7400");
        ring.Run(1900);
        Assert.False(a.Membership.KnowsOfRingOrGivesUp);
        ring.Run(200);
        Assert.True(a.Membership.KnowsOfRingOrGivesUp);
    }

    [Fact]
    public void Who_starts_at_the_same_time_does_not_tell_whether_there_is_a_ring()
    {
        var ring = new TestRing();
        ring.Start("b");
        TestNode c = ring.Start("c");
        ring.Cut("a", "b");
        TestNode a = ring.Start("a", "b:7400", "c:7400");
        ring.Run(500);
        Assert.Equal(MemberState.Alive, a.StateOf("c"));
        Assert.False(a.Membership.KnowsOfRingOrGivesUp);
        c.Do(now => c.Membership.SetPhase(MemberPhase.Ready, now));
        ring.Run(5);
        Assert.True(a.Membership.KnowsOfRingOrGivesUp);
    }

    [Fact]
    public void Every_node_dials_links_of_its_own_and_no_seed_twice()
    {
        var ring = new TestRing();
        ring.Names["friends:7400"] = "a:7400";
        ring.Start("a");
        TestNode b = ring.Start("b", "friends:7400");
        ring.Run(60_000);
        Assert.Equal(["friends:7400"], b.Dials);
        Assert.Equal(["b:7400"], ring["a"].Dials);
    }

    [Fact]
    public void A_name_that_stood_for_this_node_is_tried_again()
    {
        var ring = new TestRing();
        ring.Names["friends:7400"] = "a:7400";
        ring.Start("a", "friends:7400");
        ring.Start("b");
        ring.Run(10_000);
        ring.Names["friends:7400"] = "b:7400";
        Assert.InRange(ring.RunUntil(() => AllSee(ring, 2), 6000), 0, 5100);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    public void A_killed_process_is_dead_within_a_second(int count)
    {
        TestRing ring = Settled(count);
        TestNode killed = ring["node1"];
        ring.Kill(killed);
        Assert.InRange(ring.RunUntil(() => !Others(ring, killed, MemberState.Alive), 1000), 0, 50);
        Assert.InRange(ring.RunUntil(() => Others(ring, killed, MemberState.Dead), 1000), 0, 700);
    }

    [Theory]
    [InlineData(2, 9000)]
    [InlineData(3, 5500)]
    [InlineData(8, 5500)]
    public void A_silent_host_is_suspect_within_two_seconds_and_dead_in_time(int count, long limit)
    {
        TestRing ring = Settled(count);
        TestNode silent = ring["node1"];
        silent.IsOff = true;
        Assert.InRange(ring.RunUntil(() => Others(ring, silent, MemberState.Suspect), 5000), 500, 2200);
        Assert.InRange(ring.RunUntil(() => Others(ring, silent, MemberState.Dead), limit), 2500, limit);
    }

    [Theory]
    [InlineData(2, 500)]
    [InlineData(3, 1000)]
    [InlineData(3, 2000)]
    [InlineData(8, 1500)]
    public void A_short_silence_has_the_next_one_noticed_no_later(int count, long first)
    {
        TestRing ring = Settled(count);
        TestNode node = ring["node1"];
        node.Pause();
        ring.Run(first);
        node.Resume();
        ring.Run(1500);
        Assert.True(AllSee(ring, count));
        node.IsOff = true;
        Assert.InRange(ring.RunUntil(() => Others(ring, node, MemberState.Suspect), 10_000), 500, 2200);
    }

    [Fact]
    public void A_way_that_has_become_slow_is_waited_for()
    {
        var clock = new PeerClock();
        clock.Add(1, 0, 0);
        clock.Add(900, 0, 0);
        clock.Add(900, 0, 0);
        Assert.InRange(clock.HighRoundTripMs, 0, 5);
        for (int i = 0; i < 3; i++)
        {
            clock.Add(900, 0, 0);
        }
        Assert.InRange(clock.HighRoundTripMs, 500, 3000);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void A_pause_of_two_seconds_kills_nobody(int count)
    {
        TestRing ring = Settled(count);
        for (int i = 0; i < 5; i++)
        {
            ring["node1"].Pause();
            ring.Run(2000);
            ring["node1"].Resume();
            Assert.InRange(ring.RunUntil(() => AllSee(ring, count), 1000), 0, 50);
            ring.Run(7777);
        }
        Assert.DoesNotContain(ring.Nodes, n => n.Events.Exists(e => e.Kind == ClusterEventKind.MemberDead));
        // Whoever was away does not blame the others.
        Assert.DoesNotContain(ring["node1"].Events, e => e.Kind == ClusterEventKind.MemberSuspect);
    }

    [Fact]
    public void One_bad_link_accuses_nobody()
    {
        TestRing ring = Settled(3);
        ring.Cut("node0", "node1");
        ring.Run(60_000);
        Assert.True(AllSee(ring, 3));
        Assert.DoesNotContain(ring.Nodes, n => n.Events.Exists(e => e.Kind == ClusterEventKind.MemberSuspect));
    }

    [Fact]
    public void A_link_that_fails_one_way_accuses_nobody_for_good()
    {
        TestRing ring = Settled(4);
        ring.Cut("node0", "node1", bothWays: false);
        ring.Run(60_000);
        Assert.DoesNotContain(ring.Nodes, n => n.Events.Exists(e => e.Kind == ClusterEventKind.MemberDead));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(60_000)]
    [InlineData(600_000)]
    [InlineData(23 * 3_600_000L)]
    public void A_partition_of_any_length_heals_by_itself(long lengthMs)
    {
        TestRing ring = Settled(4);
        Split(ring, 2);
        ring.Run(lengthMs);
        if (lengthMs >= 60_000)
        {
            Assert.All(ring.Nodes, n => Assert.Equal(2, n.Alive));
        }
        ring.Mend();
        Assert.InRange(ring.RunUntil(() => AllSee(ring, 4), 10_000), 0, 6000);
    }

    [Fact]
    public void Islands_merge_within_five_seconds_of_contact()
    {
        var ring = new TestRing();
        ring.Start("a", "b:7400");
        ring.Start("c", "a:7400");
        ring.Run(5000);
        TestNode b = ring.Start("b");
        ring.Start("d", "b:7400");
        ring.Cut("b", "a");
        ring.Cut("b", "c");
        ring.Cut("d", "a");
        ring.Cut("d", "c");
        ring.Run(100_000);
        Assert.Equal(2, b.Alive);
        ring.Mend();
        Assert.InRange(ring.RunUntil(() => AllSee(ring, 4), 10_000), 0, 6000);
    }

    [Fact]
    public void A_restarted_process_takes_its_place_with_a_new_boot()
    {
        TestRing ring = Settled(3);
        ring.Kill(ring["node1"]);
        ring.Run(200);
        TestNode again = ring.Start("node1", "node0:7400");
        Assert.InRange(ring.RunUntil(() => AllSee(ring, 3), 5000), 0, 1000);
        Assert.All(ring.Nodes.Where(n => n.IsRunning), n =>
            Assert.Equal(again.Hello.Boot, n.Membership.Members[again.Id].Boot));
        Assert.DoesNotContain(ring.Nodes, n => n.Events.Exists(e => e.Kind == ClusterEventKind.IdentityConflict));
    }

    [Fact]
    public void A_node_that_says_goodbye_is_left_and_not_dialled()
    {
        TestRing ring = Settled(3);
        TestNode leaver = ring["node2"];
        leaver.Do(leaver.Membership.Leave);
        ring.Run(5);
        Assert.True(Others(ring, leaver, MemberState.Left));
        ring.Kill(leaver);
        ring.Nodes.ForEach(n => n.Dials.Clear());
        ring.Run(60_000);
        Assert.All(ring.Nodes, n => Assert.DoesNotContain(leaver.Address, n.Dials));
        Assert.True(ring["node0"].Membership.AllRememberedAlive);
        Assert.DoesNotContain(ring["node0"].Events, e => e.Kind == ClusterEventKind.MemberDead);
    }

    [Fact]
    public void A_dead_member_is_dialled_for_a_day_and_then_forgotten()
    {
        TestRing ring = Settled(3);
        ring.Kill(ring["node1"]);
        ring.Run(10_000);
        Assert.False(ring["node0"].Membership.AllRememberedAlive);
        ring.Run((24 * 3_600_000L) - 30_000);
        Assert.Equal(MemberState.Dead, ring["node0"].StateOf("node1"));
        ring["node0"].Dials.Clear();
        ring.Run(10_000);
        Assert.Contains("node1:7400", ring["node0"].Dials);
        ring.Run(60_000);
        Assert.Null(ring["node0"].StateOf("node1"));
        Assert.Null(ring["node2"].StateOf("node1"));
        Assert.True(ring["node0"].Saw(ClusterEventKind.MemberForgotten, "node1"));
        Assert.True(ring["node0"].Membership.AllRememberedAlive);
    }

    [Fact]
    public void Phases_are_known_to_all_within_moments()
    {
        TestRing ring = Settled(8);
        ring["node5"].Do(now => ring["node5"].Membership.SetPhase(MemberPhase.Ready, now));
        Assert.InRange(
            ring.RunUntil(
                () => ring.Nodes.All(n => n.Membership.Members[ring["node5"].Id].Phase == MemberPhase.Ready), 1000),
            0, 10);
    }

    [Fact]
    public void The_flush_version_reaches_everybody_and_whoever_was_away()
    {
        TestRing ring = Settled(4);
        Split(ring, 1);
        ring.Run(10_000);
        ring["node1"].Membership.FlushVersion = 77;
        ring["node1"].Membership.FlushVersion = 5;
        ring.Run(10);
        Assert.All(ring.Nodes.Skip(1), n => Assert.Equal(77UL, n.Membership.FlushVersion));
        Assert.Equal(0UL, ring["node0"].Membership.FlushVersion);
        ring.Mend();
        ring.Run(10_000);
        Assert.Equal(77UL, ring["node0"].Membership.FlushVersion);
    }

    [Fact]
    public void Hundred_nodes_become_one_ring()
    {
        TestRing ring = Ring(100);
        Assert.InRange(ring.RunUntil(() => AllSee(ring, 100), 10_000), 0, 5000);
        ring.Kill(ring["node42"]);
        Assert.InRange(
            ring.RunUntil(() => Others(ring, ring["node42"], MemberState.Dead), 10_000), 0, 2000);
    }

    internal static TestRing Ring(int count)
    {
        var ring = new TestRing();
        for (int i = 0; i < count; i++)
        {
            ring.Start($"node{i}", "node0:7400", "node1:7400");
        }
        return ring;
    }

    internal static TestRing Settled(int count)
    {
        TestRing ring = Ring(count);
        ring.Run(5000);
        Assert.True(AllSee(ring, count));
        return ring;
    }

    internal static bool AllSee(TestRing ring, int count) =>
        ring.Nodes.Where(n => n.IsRunning).All(n => n.Alive == count);

    internal static bool Others(TestRing ring, TestNode about, MemberState state) =>
        ring.Nodes.Where(n => n != about && n.IsRunning).All(n => n.StateOf(about.Name) == state);

    // The first few are cut off from the rest.
    internal static void Split(TestRing ring, int first)
    {
        foreach (TestNode one in ring.Nodes.Take(first))
        {
            foreach (TestNode other in ring.Nodes.Skip(first))
            {
                ring.Cut(one.Name, other.Name);
            }
        }
    }
}
