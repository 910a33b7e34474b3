using Henge.Tests.Cluster.Handoffs;

using Xunit;

namespace Henge.Tests.Cluster.Repairs;

/// <summary>Deletions are remembered as long as somebody may come back who does not know of them.</summary>
public sealed class TombstoneTests
{
    [Fact]
    public void A_node_without_seeds_keeps_none()
    {
        using var ring = new TestRing();
        TestNode a = ring.Start("a:1");
        ring.Run(2000);
        Assert.False(a.Store.KeepsTombstones);
        Assert.False(a.Store.TombstonesForAbsent);
    }

    [Fact]
    public void While_a_seed_was_never_reached_what_expires_is_remembered_too()
    {
        using var ring = new TestRing();
        TestNode a = ring.Start("a:1", "a:1 b:1");
        ring.Run(700_000);
        Assert.True(a.Store.TombstonesForAbsent);
        ring.Start("b:1", "a:1 b:1");
        ring.Settle(2);
        ring.Run(2000);
        Assert.False(a.Store.TombstonesForAbsent);
        ring.Run(600_000);
        Assert.All(ring.Nodes.Values, node => Assert.False(node.Store.TombstonesForAbsent));
    }

    [Fact]
    public void While_a_member_is_away_the_horizon_stands_still()
    {
        using var ring = new TestRing();
        TestNode a = ring.Start("a:1");
        ring.Start("b:1", "a:1");
        ring.Settle(2);
        ring.Run(3_700_000);
        ulong horizon = a.Store.TombstoneHorizon;
        Assert.InRange(horizon, 1UL, (ulong)(ring.Now.UnixMs - 3_600_000) << 16);
        ring.Crash("b:1");
        ring.Run(10_000);
        horizon = a.Store.TombstoneHorizon;
        ring.Run(60_000);
        Assert.True(a.Store.TombstonesForAbsent);
        Assert.Equal(horizon, a.Store.TombstoneHorizon);
    }
}
