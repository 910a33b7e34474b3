using Henge.Cluster;
using Henge.Cluster.Rings;

using Xunit;

namespace Henge.Tests.Cluster.Handoffs;

/// <summary>Slots move when members come, go, die, part and meet again, and nothing is lost.</summary>
public sealed class HandoffTests
{
    [Fact]
    public void A_node_alone_serves_everything_at_once()
    {
        using var ring = new TestRing();
        TestNode a = ring.Start("a:1");
        ring.Run(5);
        Assert.True(a.Core.IsReady);
        Assert.True(a.Core.Snapshot.IsAlone);
        Assert.Equal(Slot.Count, a.SlotsIn(SlotAccess.Serve));
    }

    [Fact]
    public void Joining_nodes_get_their_slots_and_leftovers_are_dropped()
    {
        using var ring = new TestRing();
        ring.Start("a:1");
        ring.Run(5);
        ring.Fill("k", 2000);
        ring.Start("b:1", "a:1");
        ring.Settle(2);
        Assert.Equal(2000, ring.AssertCopiesAgree(2));
        ring.Start("c:1", "a:1 b:1");
        ring.Settle(3);
        Assert.Equal(2000, ring.AssertCopiesAgree(2));
        ring.RunUntil(() => ring.Nodes.Values.Sum(node => node.Store.Count) == 4000, "leftovers go");
        for (int i = 0; i < 2000; i++)
        {
            Assert.Equal($"value {i}", ring.Read($"k{i}"));
        }
    }

    [Fact]
    public void Two_nodes_that_join_at_once_get_their_slots()
    {
        using var ring = new TestRing();
        ring.Start("a:1");
        ring.Run(5);
        ring.Fill("k", 2000);
        ring.Start("b:1", "a:1");
        ring.Start("c:1", "a:1");
        ring.Start("d:1", "a:1");
        ring.Settle(4);
        Assert.Equal(2000, ring.AssertCopiesAgree(2));
        ring.RunUntil(() => ring.Nodes.Values.Sum(node => node.Store.Count) == 4000, "leftovers go");
    }

    [Fact]
    public void Owners_that_stay_go_on_serving_while_a_node_joins()
    {
        using var ring = new TestRing();
        TestNode a = ring.Start("a:1");
        ring.Run(5);
        ring.Fill("k", 500);
        ring.Start("b:1", "a:1");
        long least = Slot.Count;
        ring.RunUntil(
            () =>
            {
                least = Math.Min(least, a.SlotsIn(SlotAccess.Serve));
                return ring.IsSettled(2);
            },
            "two members",
            stepMs: 1);
        Assert.Equal(a.Core.Status(ring.Now).OwnedSlots, least);
    }

    [Fact]
    public void A_slot_never_has_two_servers_once_nodes_have_met()
    {
        using var ring = new TestRing();
        ring.Start("a:1");
        ring.Run(5);
        ring.Fill("k", 200);
        ring.Start("b:1", "a:1");
        ring.Start("c:1", "b:1");
        ring.RunUntil(
            () =>
            {
                for (int i = 0; i < 200; i += 10)
                {
                    // A node that has not heard of anybody yet serves a ring of its own.
                    Assert.True(ring.Serving($"k{i}").Count(node => node.Core.Snapshot.View.Members.Count > 1) <= 1);
                }
                return ring.IsSettled(3);
            },
            "three members",
            stepMs: 1);
    }

    [Fact]
    public void A_node_that_leaves_hands_everything_over_first()
    {
        using var ring = new TestRing { Options = new ClusterOptions { Copies = 1 } };
        ring.Start("a:1");
        TestNode b = ring.Start("b:1", "a:1");
        ring.Start("c:1", "a:1");
        ring.Settle(3);
        ring.Fill("k", 2000);
        b.Core.Leave(ring.Now);
        ring.RunUntil(() => b.CountOf(ClusterEventKind.LeaveDone) == 1, "b may go");
        ring.Crash("b:1");
        ring.Settle(2);
        Assert.Equal(2000, ring.AssertCopiesAgree(1));
    }

    [Fact]
    public void A_node_alone_may_leave_at_once()
    {
        using var ring = new TestRing();
        TestNode a = ring.Start("a:1");
        ring.Run(5);
        a.Core.Leave(ring.Now);
        ring.Run(5);
        Assert.Equal(1, a.CountOf(ClusterEventKind.LeaveDone));
    }

    [Fact]
    public void After_a_crash_replicas_serve_and_copies_are_made_anew_after_a_while()
    {
        using var ring = new TestRing();
        ring.Start("a:1");
        ring.Start("b:1", "a:1");
        ring.Start("c:1", "a:1");
        ring.Settle(3);
        ring.Fill("k", 2000);
        ring.Crash("c:1");
        ring.RunUntil(
            () => ring.Nodes.Values.All(node => node.Core.Snapshot.View.Members.Count == 2)
                && ring.Nodes.Values.Sum(node => node.SlotsIn(SlotAccess.Serve)) == Slot.Count, "others serve", 6000);
        for (int i = 0; i < 2000; i++)
        {
            Assert.Equal($"value {i}", ring.Read($"k{i}"));
        }
        Assert.All(ring.Nodes.Values, node =>
            Assert.DoesNotContain(node.Core.Status(ring.Now).Transfers, transfer => !transfer.IsIncoming));
        ring.Settle(2);
        Assert.Equal(2000, ring.AssertCopiesAgree(2));
    }

    [Fact]
    public void A_copy_that_was_away_for_a_moment_gets_only_what_is_new()
    {
        using var ring = new TestRing();
        ring.Start("a:1");
        TestNode b = ring.Start("b:1", "a:1");
        ring.Settle(2);
        ring.Fill("k", 5000);
        ring.Run(120_000);
        ring.Cut("a:1", "b:1");
        ring.RunUntil(() => ring.Nodes.Values.All(node => node.Core.Snapshot.View.Members.Count == 1), "both alone");
        ring.Write("new", "x", through: b);
        long before = ring.Nodes.Values.Sum(node => node.BulkBytes);
        ring.Cut("a:1", "b:1", isCut: false);
        ring.Settle(2);
        Assert.Equal(5001, ring.AssertCopiesAgree(2));
        Assert.InRange(ring.Nodes.Values.Sum(node => node.BulkBytes) - before, 1, 10_000);
    }

    [Fact]
    public void Two_sides_of_a_partition_keep_their_writes_and_deletes()
    {
        using var ring = new TestRing();
        ring.Start("a:1");
        ring.Start("b:1", "a:1");
        ring.Settle(2);
        ring.Fill("k", 100);
        ring.Cut("a:1", "b:1");
        ring.RunUntil(() => ring.Nodes.Values.All(node => node.Core.Snapshot.IsAlone), "both alone");
        ring.Write("k1", "from a", through: ring["a:1"]);
        ring.Run(10);
        ring.Write("k1", "from b, later", through: ring["b:1"]);
        ring.Write("k2", null, through: ring["b:1"]);
        ring.Write("k3", null, through: ring["a:1"]);
        ring.Write("a alone", "a", through: ring["a:1"]);
        ring.Write("b alone", "b", ring.Now.UnixMs + 3_600_001, ring["b:1"]);
        ring.Run(90_000);
        ring.Cut("a:1", "b:1", isCut: false);
        ring.Settle(2);
        Assert.Equal(100, ring.AssertCopiesAgree(2));
        Assert.Equal("from b, later", ring.Read("k1"));
        Assert.Null(ring.Read("k2"));
        Assert.Null(ring.Read("k3"));
        Assert.Equal("a", ring.Read("a alone"));
        Assert.Equal("b", ring.Read("b alone"));
    }

    [Fact]
    public void A_transfer_whose_link_breaks_begins_anew()
    {
        using var ring = new TestRing { Options = new ClusterOptions { ChunkBytes = 1000 } };
        TestNode a = ring.Start("a:1");
        ring.Run(5);
        ring.Fill("k", 5000);
        a.BulkMessagesUntilReset = 30;
        ring.Start("b:1", "a:1");
        ring.Settle(2);
        Assert.True(a.BulkMessagesUntilReset < 0);
        Assert.Equal(5000, ring.AssertCopiesAgree(2));
    }

    [Fact]
    public void A_second_change_during_a_load_loses_nothing()
    {
        using var ring = new TestRing { Options = new ClusterOptions { ChunkBytes = 1000 } };
        ring.Start("a:1");
        ring.Run(5);
        ring.Fill("k", 20_000);
        TestNode b = ring.Start("b:1", "a:1");
        ring.RunUntil(() => b.SlotsIn(SlotAccess.Load) > 0, "b loads", stepMs: 1);
        ring.Run(3);
        Assert.True(b.SlotsIn(SlotAccess.Load) > 0);
        ring.Write("k7", "written during the load");
        ring.Start("c:1", "a:1");
        ring.Settle(3);
        Assert.Equal(20_000, ring.AssertCopiesAgree(2));
        Assert.Equal("written during the load", ring.Read("k7"));
        ring.RunUntil(() => ring.Nodes.Values.Sum(node => node.Store.Count) == 40_000, "leftovers go");
    }

    [Fact]
    public void Expiry_is_kept_to_the_millisecond()
    {
        using var ring = new TestRing();
        ring.Start("a:1");
        ring.Run(5);
        long expiry = ring.Now.UnixMs + 123_457;
        ring.Write("k", "v", expiry);
        ring.Start("b:1", "a:1");
        ring.Settle(2);
        Assert.All(ring.Nodes.Values, node => Assert.EndsWith($" {expiry}", ring.ContentOf(node)["k"]));
    }

    [Fact]
    public void The_order_of_eviction_is_kept()
    {
        using var ring = new TestRing();
        TestNode a = ring.Start("a:1");
        ring.Run(5);
        ring.Fill("k", 3000);
        for (int i = 0; i < 3000; i += 7)
        {
            a.Use($"k{i}");
        }
        TestNode b = ring.Start("b:1", "a:1");
        ring.Settle(2);
        List<string> order = a.KeysByEviction();
        Assert.Equal(("k1", "k2996"), (order[0], order[^1]));
        Assert.Equal(order, b.KeysByEviction());
    }

    [Fact]
    public void A_flush_empties_every_node()
    {
        using var ring = new TestRing();
        ring.Start("a:1");
        ring.Start("b:1", "a:1");
        ring.Settle(2);
        ring.Fill("k", 100);
        ring["a:1"].Core.FlushAll(ring.Now);
        ring.Run(500);
        Assert.All(ring.Nodes.Values, node => Assert.Equal(0, node.Store.Count));
        ring.Write("k", "v");
        Assert.Equal("v", ring.Read("k"));
    }

    [Fact]
    public void A_member_of_weight_zero_holds_nothing_and_routes()
    {
        using var ring = new TestRing();
        ring.Start("a:1");
        ring.Fill("k", 0);
        TestNode b = ring.Start("b:1", "a:1", weight: 0);
        ring.Run(3000);
        Assert.True(b.Core.IsReady);
        Assert.Equal(Slot.Count, b.SlotsIn(SlotAccess.Remote));
    }
}
