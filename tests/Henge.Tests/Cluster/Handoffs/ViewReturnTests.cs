using Henge.Cluster;
using Henge.Cluster.Rings;

using Xunit;

namespace Henge.Tests.Cluster.Handoffs;

/// <summary>
/// The same members in a ring again, after another was there for a while, are another view: what was written meanwhile
/// tells their copies apart.
/// </summary>
public sealed class ViewReturnTests
{
    [Fact]
    public void What_was_written_while_another_was_there_survives_its_crash()
    {
        using var ring = new TestRing();
        TestNode a = ring.Start("a:1");
        TestNode b = ring.Start("b:1", "a:1");
        ring.Settle(2);
        ring.Fill("k", 1000);
        ring.Settle(2);
        ViewId before = a.Core.Snapshot.View.Id;
        ring.Start("c:1", "a:1");
        ring.RunUntil(
            () => ring.Nodes.Values.All(node => node.Core.Snapshot.View.Members.Count == 3)
                && ring.Nodes.Values.Sum(node => node.SlotsIn(SlotAccess.Serve) + node.SlotsIn(SlotAccess.Load))
                    == Slot.Count,
            "three members serve",
            stepMs: 1);
        for (int i = 0; i < 1000; i++)
        {
            ring.Write($"k{i}", $"newer {i}");
        }
        ring.Crash("c:1");
        ring.RunUntil(() => ring.Nodes.Values.All(node => node.Core.Snapshot.View.Members.Count == 2), "c is gone");
        ring.Settle(2);

        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal($"newer {i}", ring.Read($"k{i}"));
        }
        Assert.Equal(1000, ring.AssertCopiesAgree(2));
        Assert.Equal(a.Core.Snapshot.View.Id, b.Core.Snapshot.View.Id);
        Assert.NotEqual(before, a.Core.Snapshot.View.Id);
    }
}
