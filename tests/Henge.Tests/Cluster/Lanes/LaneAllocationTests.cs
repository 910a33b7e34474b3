using Henge.Cluster.Lanes;
using Henge.Cluster.Rings;

using Xunit;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>The hot path allocates nothing once it has run for a while.</summary>
public sealed class LaneAllocationTests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("SET")]
    public void A_forwarded_operation_allocates_nothing(string name)
    {
        using var ring = new LaneRing(2) { ReusesServed = true };
        RingView view = ring.View([.. ring.Nodes]);
        string key = ring.Key(view, ring[1]);
        ring.Run(ring[0], "SET", key, "value");
        foreach (LaneNode node in ring.Nodes)
        {
            node.LogsExecuted = false;
        }
        TestOperation operation = TestOperation.Of(ring[0], name, key, "value");
        operation.KeepsReply = false;
        Run(ring, operation, 1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(ring, operation, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(Outcome.Done, operation.Outcome);
    }

    private static void Run(LaneRing ring, TestOperation operation, int times)
    {
        for (int i = 0; i < times; i++)
        {
            ring[0].Lane.Start(operation.Again(), ring.Now);
            ring.Pump();
        }
    }
}
