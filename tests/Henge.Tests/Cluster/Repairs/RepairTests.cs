using System.Text;

using Henge.Cluster;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;
using Henge.Tests.Cluster.Handoffs;

using Xunit;

namespace Henge.Tests.Cluster.Repairs;

/// <summary>Copies that have come apart are found and mended, whatever is lost on the way.</summary>
public sealed class RepairTests
{
    [Fact]
    public void What_a_replica_missed_has_older_or_kept_is_mended()
    {
        using TestRing ring = Three();
        ring.Fill("k", 300);
        Apart(ring, "missed", "new");
        ring.Write("k1", "old");
        Apart(ring, "k1", "newer");
        Apart(ring, "k2", null);
        Doubt(ring, "missed", "k1", "k2");
        ring.Run(5000);
        Assert.Equal(300, ring.AssertCopiesAgree(2));
        Assert.Equal("new", ring.Read("missed"));
        Assert.Equal("newer", ring.Read("k1"));
        Assert.Null(ring.Read("k2"));
    }

    [Fact]
    public void What_only_the_replica_has_goes_to_the_owner()
    {
        using TestRing ring = Three();
        ring.Fill("k", 100);
        Put(ring, ReplicaOf(ring, "extra"), "extra", "kept by the replica");
        Put(ring, ReplicaOf(ring, "k5"), "k5", "later");
        Doubt(ring, "extra", "k5");
        ring.Run(5000);
        Assert.Equal(101, ring.AssertCopiesAgree(2));
        Assert.Equal("kept by the replica", ring.Read("extra"));
        Assert.Equal("later", ring.Read("k5"));
    }

    [Fact]
    public void What_was_deleted_at_the_owner_does_not_come_back_from_the_replica()
    {
        using TestRing ring = Three();
        ring.Fill("k", 50);
        for (int i = 0; i < 50; i++)
        {
            Apart(ring, $"k{i}", null);
            Doubt(ring, $"k{i}");
        }
        ring.Run(5000);
        Assert.Equal(0, ring.AssertCopiesAgree(2));
        Assert.All(ring.Nodes.Values, node => Assert.Equal(0, node.Store.Count));
    }

    [Fact]
    public void Differences_that_nobody_noticed_are_found_in_time()
    {
        using var ring = new TestRing { Options = new ClusterOptions { RepairIntervalMs = 20_000 } };
        Begin(ring);
        ring.Fill("k", 3000);
        for (int i = 0; i < 200; i++)
        {
            Apart(ring, $"apart{i}", "x");
        }
        ring.Run(30_000);
        Assert.Equal(3200, ring.AssertCopiesAgree(2));
        Assert.Contains(ring.Nodes.Values, node => node.Core.Status(ring.Now).Repaired > 0);
    }

    [Fact]
    public void Repair_ends_although_its_link_breaks_again_and_again()
    {
        using var ring = new TestRing { Options = new ClusterOptions { ChunkBytes = 500 } };
        Begin(ring);
        for (int i = 0; i < 500; i++)
        {
            Apart(ring, $"apart{i}", "x");
            Doubt(ring, $"apart{i}");
        }
        for (int i = 0; i < 20; i++)
        {
            foreach (TestNode node in ring.Nodes.Values)
            {
                node.BulkMessagesUntilReset = 3 + i;
            }
            ring.Run(1000);
        }
        foreach (TestNode node in ring.Nodes.Values)
        {
            node.BulkMessagesUntilReset = int.MaxValue;
        }
        ring.Run(20_000);
        Assert.Equal(500, ring.AssertCopiesAgree(2));
    }

    [Fact]
    public void What_a_full_node_lacks_is_not_pushed_into_it()
    {
        using var ring = new TestRing { Options = new ClusterOptions { RepairIntervalMs = 5000 } };
        ring.Start("a:1");
        TestNode b = ring.Start("b:1", "a:1", memoryBytes: 2 << 20);
        ring.Settle(2);
        string value = new('x', 1000);
        for (int i = 0; i < 4000; i++)
        {
            ring.Write($"k{i}", value);
        }
        Assert.True(b.Store.Count < 3000);
        ring.Run(8000);
        long evicted = b.Store.GetStatistics().Evicted;
        ring.Run(60_000);
        Assert.Equal(evicted, b.Store.GetStatistics().Evicted);
    }

    [Fact]
    public void Copies_that_are_alike_exchange_no_keys()
    {
        using TestRing ring = Three();
        ring.Fill("k", 500);
        for (int i = 0; i < 500; i++)
        {
            Doubt(ring, $"k{i}");
        }
        ring.Run(5000);
        Assert.Contains(ring.Nodes.Values, node => node.Sent.ContainsKey(MessageKind.Digests));
        Assert.All(ring.Nodes.Values, node => Assert.False(node.Sent.ContainsKey(MessageKind.SlotKeys)));
    }

    private static TestRing Three()
    {
        var ring = new TestRing();
        Begin(ring);
        return ring;
    }

    private static void Begin(TestRing ring)
    {
        ring.Start("a:1");
        ring.Start("b:1", "a:1");
        ring.Start("c:1", "a:1");
        ring.Settle(3);
        ring.Run(3000);
    }

    // A write that reaches the owner alone.
    private static void Apart(TestRing ring, string key, string? value) =>
        Put(ring, ring.Serving(key).Single(), key, value);

    private static void Put(TestRing ring, TestNode node, string key, string? value)
    {
        using EntryScope entry = node.Store.Open(Encoding.UTF8.GetBytes(key), ring.Now.UnixMs);
        if (value is null)
        {
            entry.Delete();
        }
        else
        {
            entry.Set(EntryType.String, Encoding.UTF8.GetBytes(value), 0);
        }
    }

    private static TestNode ReplicaOf(TestRing ring, string key)
    {
        RingView view = ring["a:1"].Core.Snapshot.View;
        ushort place = view.CopiesOf(Slot.Of(Encoding.UTF8.GetBytes(key)))[1];
        return ring.Nodes.Values.Single(node => node.Id == view.Members[place].Id);
    }

    private static void Doubt(TestRing ring, params string[] keys)
    {
        foreach (string key in keys)
        {
            ring.Serving(key).Single().Core.Shared.MarkDoubtful(Slot.Of(Encoding.UTF8.GetBytes(key)));
        }
    }
}
