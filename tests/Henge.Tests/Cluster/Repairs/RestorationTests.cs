using Henge.Cluster;
using Henge.Storage;
using Henge.Tests.Cluster.Handoffs;
using Henge.Tests.Storage.Records;

using Xunit;

namespace Henge.Tests.Cluster.Repairs;

/// <summary>What an earlier run held is read back while the node serves.</summary>
public sealed class RestorationTests
{
    [Fact]
    public void What_is_deleted_meanwhile_does_not_come_back()
    {
        using var ring = new TestRing { Options = new ClusterOptions { IsRestoring = true } };
        TestNode node = ring.Start("a:1");
        Assert.True(node.Core.Restoration.TryBegin(7, 0, [], 0, ring.Now));
        using (EntryScope entry = node.Store.Open("key"u8, ring.Now.UnixMs))
        {
            Assert.False(entry.Delete());
        }
        Assert.Equal(MergeResult.Older, Merge(node, ring, "key", 5));

        node.Core.Restoration.End();
        using (EntryScope entry = node.Store.Open("later"u8, ring.Now.UnixMs))
        {
            entry.Delete();
        }
        Assert.Equal(MergeResult.Applied, Merge(node, ring, "later", 5));
    }

    [Fact]
    public void Versions_go_on_from_where_they_were()
    {
        using var ring = new TestRing { Options = new ClusterOptions { IsRestoring = true } };
        TestNode node = ring.Start("a:1");
        ulong ahead = (ulong)(ring.Now.UnixMs + 30_000) << 16;
        Assert.True(node.Core.Restoration.TryBegin(ahead, 0, [], 0, ring.Now));
        Assert.True(node.Store.Clock(ring.Now.UnixMs) > ahead);
        ulong tooFar = (ulong)(ring.Now.UnixMs + 100_000) << 16;
        Assert.False(node.Core.Restoration.TryBegin(tooFar, 0, [], 0, ring.Now));
    }

    [Fact]
    public void Ring_says_since_when_it_is_there()
    {
        using var ring = new TestRing();
        TestNode first = ring.Start("a:1");
        ring.Run(100);
        long began = first.Core.Restoration.RingSinceMs;
        Assert.InRange(ring.Now.UnixMs - began, 0, 100);
        ring.Run(60_000);
        TestNode second = ring.Start("b:1", "a:1");
        ring.Settle(2);
        Assert.Equal(began, second.Core.Restoration.RingSinceMs);
    }

    private static MergeResult Merge(TestNode node, TestRing ring, string key, ulong version) =>
        new RecordBox(key, EntryType.String, "old", "", 0, version).MergeInto(node.Store, ring.Now.UnixMs);
}
