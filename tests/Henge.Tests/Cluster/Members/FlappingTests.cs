using Henge.Cluster.Members;

using Xunit;

namespace Henge.Tests.Cluster.Members;

/// <summary>Members that die again and again stay out of the ring for a while; bystanders do not.</summary>
public sealed class FlappingTests
{
    [Fact]
    public void Who_died_three_times_in_five_minutes_waits_before_it_takes_part()
    {
        TestRing ring = Ready(3);
        for (int life = 1; life <= 3; life++)
        {
            TestNode again = Restart(ring);
            ring.Run(5000);
            Assert.Equal(life < 3, again.Membership.Self.IsInRing);
            Assert.Equal(life < 3, ring["node0"].Membership.Members[again.Id].IsInRing);
        }
        Assert.True(ring["node0"].Membership.Self.IsInRing);
        ring.Run(26_000);
        Assert.All(ring.Nodes.Where(n => n.IsRunning), n =>
            Assert.True(n.Membership.Members[MemberId.Of("node1")].IsInRing));
    }

    [Fact]
    public void Deaths_that_are_further_apart_do_not_count()
    {
        TestRing ring = Ready(3);
        for (int life = 1; life <= 6; life++)
        {
            TestNode again = Restart(ring);
            ring.Run(5000);
            Assert.True(again.Membership.Self.IsInRing);
            ring.Run(150_000);
        }
    }

    [Fact]
    public void Of_two_nodes_neither_waits()
    {
        TestRing ring = Ready(2);
        for (int life = 1; life <= 5; life++)
        {
            Restart(ring);
            ring.Run(5000);
            Assert.True(ring["node1"].Membership.Self.IsInRing);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void A_partition_that_comes_and_goes_keeps_at_least_the_greater_side(int cutOff)
    {
        TestRing ring = Ready(4);
        for (int i = 0; i < 5; i++)
        {
            MembershipTests.Split(ring, cutOff);
            ring.Run(30_000);
            ring.Mend();
            ring.Run(8000);
            Assert.All(ring.Nodes.Skip(2), n => Assert.True(n.Membership.Self.IsInRing));
        }
    }

    private static TestRing Ready(int count)
    {
        TestRing ring = MembershipTests.Settled(count);
        foreach (TestNode node in ring.Nodes)
        {
            node.Do(now => node.Membership.SetPhase(MemberPhase.Ready, now));
        }
        ring.Run(1000);
        return ring;
    }

    // As the core does it, a process becomes ready when it has met the others.
    private static TestNode Restart(TestRing ring)
    {
        ring.Kill(ring["node1"]);
        ring.Run(2000);
        TestNode again = ring.Start("node1", "node0:7400");
        Assert.InRange(ring.RunUntil(() => again.Membership.KnowsOfRingOrGivesUp, 3000), 0, 3000);
        again.Do(now => again.Membership.SetPhase(MemberPhase.Ready, now));
        return again;
    }
}
