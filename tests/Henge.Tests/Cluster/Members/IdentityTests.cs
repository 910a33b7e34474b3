using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Members.Reports;

using Xunit;

namespace Henge.Tests.Cluster.Members;

/// <summary>Processes that claim what is not theirs: one identity for two, or evil about others.</summary>
public sealed class IdentityTests
{
    [Fact]
    public void Of_two_processes_with_one_identity_the_later_stays_and_the_former_knows_it()
    {
        TestRing ring = MembershipTests.Settled(3);
        TestNode former = ring["node1"];
        former.Do(now => former.Membership.SetPhase(MemberPhase.Ready, now));
        ring.Run(1000);
        TestNode later = ring.Start(
            "node1", new ClusterOptions { Seeds = ["node0:7400"] }, address: "elsewhere:7400");
        ring.Run(5000);
        Assert.True(former.Membership.IsOvertaken);
        Assert.False(former.Membership.Self.IsInRing);
        Assert.True(former.Saw(ClusterEventKind.IdentityConflict, "node1"));
        Assert.True(ring["node0"].Saw(ClusterEventKind.IdentityConflict, "node1"));
        Assert.All([ring["node0"], ring["node2"], later], n =>
        {
            Assert.Equal("elsewhere:7400", n.Membership.Members[later.Id].Address);
            Assert.Equal(3, n.Alive);
        });
        int events = ring["node0"].Events.Count;
        ring.Run(60_000);
        Assert.Equal(events, ring["node0"].Events.Count);
    }

    [Fact]
    public void Islands_that_both_have_an_identity_keep_the_later_process()
    {
        var ring = new TestRing();
        ring.Start("a");
        TestNode former = ring.Start("x", "a:7400");
        ring.Start("b");
        TestNode later = ring.Start("x", new ClusterOptions { Seeds = ["b:7400"] }, address: "x2:7400");
        ring.Run(10_000);
        ring.Start("c", "a:7400", "b:7400");
        ring.Run(10_000);
        Assert.True(former.Membership.IsOvertaken);
        Assert.False(later.Membership.IsOvertaken);
        Assert.All([ring["a"], ring["b"], ring["c"], later], n => Assert.Equal(4, n.Alive));
    }

    [Fact]
    public void A_process_whose_clock_was_set_back_takes_the_place_of_its_former_life()
    {
        var ring = new TestRing();
        ring.Start("a");
        ring.Start("b", "a:7400");
        TestNode former = ring.Start("x", new ClusterOptions { Seeds = ["a:7400"] }, boot: 1L << 40);
        ring.Run(5000);
        ring.Kill(former);
        ring.Run(2000);
        TestNode again = ring.Start("x", new ClusterOptions { Seeds = ["a:7400"] }, boot: 1L << 30);
        ring.Run(2000);
        Assert.False(again.Membership.IsOvertaken);
        Assert.True(again.Membership.Self.Boot.CompareTo(former.Hello.Boot) > 0);
        Assert.True(MembershipTests.AllSee(ring, 3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_one_member_forges_about_all_others_is_refuted(byte state)
    {
        TestRing ring = MembershipTests.Settled(5);
        TestNode liar = ring["node4"];
        foreach (TestNode victim in ring.Nodes)
        {
            foreach (TestNode told in ring.Nodes.Where(n => n != liar))
            {
                Member forged = told.Membership.Members[victim.Id] with { State = (MemberState)state };
                told.Receive(liar.Id, TestMessages.Gossip(new MemberReport(forged)));
            }
        }
        Assert.InRange(ring.RunUntil(() => MembershipTests.AllSee(ring, 5), 1000), 0, 20);
        ring.Run(60_000);
        Assert.True(MembershipTests.AllSee(ring, 5));
    }

    [Fact]
    public void A_forged_future_of_a_member_is_overtaken_by_the_member()
    {
        TestRing ring = MembershipTests.Settled(3);
        Member truth = ring["node1"].Membership.Self;
        Member forged = truth with { Incarnation = 1000, Weight = 999, Phase = MemberPhase.Leaving };
        ring["node0"].Receive(ring["node2"].Id, TestMessages.Gossip(new MemberReport(forged)));
        ring.Run(2000);
        Assert.All(ring.Nodes, n => Assert.Equal(1, n.Membership.Members[truth.Id].Weight));
        Assert.All(ring.Nodes, n => Assert.Equal(MemberPhase.Joining, n.Membership.Members[truth.Id].Phase));
    }

    [Fact]
    public void Without_refutation_a_suspicion_is_for_ever()
    {
        var ring = new TestRing();
        var options = new ClusterOptions { Seeds = ["a:7400"], Bugs = PlantedBugs.NoRefutation };
        ring.Start("a", options);
        TestNode b = ring.Start("b", options);
        ring.Start("c", options);
        ring.Run(2000);
        b.Pause();
        ring.Run(2500);
        b.Resume();
        ring.Run(30_000);
        Assert.False(MembershipTests.AllSee(ring, 3));
    }

    [Fact]
    public void Who_forgets_the_dead_never_heals()
    {
        var ring = new TestRing();
        var options = new ClusterOptions { Seeds = ["a:7400"], Bugs = PlantedBugs.ForgetsPeers };
        ring.Start("a", options);
        ring.Start("b", options);
        ring.Run(2000);
        ring.Cut("a", "b");
        ring.Run(60_000);
        ring.Mend();
        ring.Run(60_000);
        Assert.All(ring.Nodes, n => Assert.Single(n.Membership.Members));
    }
}
