using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;
using Henge.Diagnostics.Figures;
using Henge.Tests.Routing;

using Xunit;

namespace Henge.Tests.Diagnostics.Figures;

/// <summary>What moves, for those who may not wait for the cluster thread.</summary>
public sealed class RunningTransfersTests
{
    private static readonly TransferStatus s_moves = new(new MemberId(7), IsIncoming: true, 3, 4, 5, 0.5);

    [Fact]
    public void A_look_sees_what_was_so_at_the_one_before_unless_that_is_long_ago()
    {
        using var ring = new TestRing();
        ring[0].Transfers = [s_moves];
        var transfers = new RunningTransfers();
        Assert.Empty(transfers.Look(ring[0]));
        ring.Advance(1000);
        Assert.Equal([s_moves], transfers.Look(ring[0]));
        ring.Advance(5000);
        Assert.Empty(transfers.Look(ring[0]));
        ring.Advance(1000);
        Assert.Equal([s_moves], transfers.Look(ring[0]));
        ring[0].Transfers = [];
        ring.Advance(1000);
        transfers.Look(ring[0]);
        ring.Advance(1000);
        Assert.Empty(transfers.Look(ring[0]));
    }
}
