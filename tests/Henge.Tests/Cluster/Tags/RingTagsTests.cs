using System.Text;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Cluster.Tags;
using Henge.Storage;
using Henge.Tests.Cluster.Handoffs;

using Xunit;

namespace Henge.Tests.Cluster.Tags;

/// <summary>Invalidation by tag over real cores: who has it when it is answered, and who gets it later.</summary>
public class RingTagsTests
{
    [Fact]
    public void When_it_is_answered_every_member_has_it_and_its_version_is_above_all_that_was_written()
    {
        using TestRing ring = Three();
        ulong written = ring.Nodes.Values.Max(node => Set(ring, node, "far", "x", aheadMs: 30_000));

        List<bool> answers = Invalidate(ring, "b", "a");
        Assert.Empty(answers);
        ring.Run(10);

        Assert.Equal([true], answers);
        Assert.All(ring.Nodes.Values, node => Assert.True(Version(node, "a") > written));
        Assert.Single(ring.Nodes.Values.Select(node => node.Core.Tags.Table.Digest).Distinct());
        Assert.All(ring.Nodes.Values, node => Assert.True(Set(ring, node, "k", "a") > Version(node, "a")));
    }

    [Fact]
    public void Alone_it_is_done_at_once()
    {
        using var ring = new TestRing();
        ring.Start("a");
        ring.Settle(1);

        Assert.Equal([true], Invalidate(ring, "a", "t"));
    }

    [Fact]
    public void One_that_does_not_know_its_ring_yet_asks_it_first()
    {
        using TestRing ring = Three();
        ring.Start("d", "a");
        ring.Run(0);

        List<bool> answers = Invalidate(ring, "d", "t");
        Assert.Empty(answers);
        ring.RunUntil(() => answers.Count > 0, "the answer");

        Assert.Equal([true], answers);
        Assert.All(ring.Nodes.Values, node => Assert.NotEqual(0UL, Version(node, "t")));
    }

    [Fact]
    public void One_that_does_not_answer_is_waited_for_until_it_is_dead()
    {
        using TestRing ring = Three();
        ring.Cut("a", "b");
        ring.Cut("b", "c");

        List<bool> answers = Invalidate(ring, "a", "t");
        ring.Run(100);
        Assert.Empty(answers);
        ring.RunUntil(() => answers.Count > 0, "the answer");

        Assert.Equal([true], answers);
        Assert.Equal(MemberState.Dead, ring["a"].Core.Snapshot.Members[ring["b"].Id].State);
        Assert.Equal(0UL, Version(ring["b"], "t"));
    }

    [Fact]
    public void One_that_lives_and_cannot_be_told_makes_it_fail_and_has_it_later_all_the_same()
    {
        using TestRing ring = Three();
        ring.Cut("a", "b");

        List<bool> answers = Invalidate(ring, "a", "t");
        ring.RunUntil(() => answers.Count > 0, "the answer", ms: 5100);
        Assert.Equal([false], answers);
        Assert.Equal(0UL, Version(ring["a"], "t"));

        ring.Cut("a", "b", isCut: false);
        ring.RunUntil(() => ring["a"].Core.Snapshot.View.Members.Count == 3, "the ring is whole");
        answers = Invalidate(ring, "a", "t");
        ring.RunUntil(() => answers.Count > 0, "the answer", ms: 5100);
        Assert.Equal([true], answers);
    }

    [Fact]
    public void Who_was_away_serves_nothing_that_was_invalidated_meanwhile_once_the_ring_is_whole()
    {
        using TestRing ring = Three();
        ring.Cut("a", "b");
        ring.Cut("b", "c");
        ring.RunUntil(
            () => ring["a"].Core.Snapshot.Members.Values.Count(member => member.State == MemberState.Dead) == 1
                && ring["b"].Core.Snapshot.Members.Values.Count(member => member.State == MemberState.Dead) == 2,
            "each side knows that the other is away");
        ulong written = Set(ring, ring["b"], "k", "t");
        List<bool> answers = Invalidate(ring, "a", "t");
        List<bool> others = Invalidate(ring, "b", "only at b");
        ring.RunUntil(() => answers.Count > 0 && others.Count > 0, "the others are dead");
        Assert.Equal([true, true], [.. answers, .. others]);

        ring.Cut("a", "b", isCut: false);
        ring.Cut("b", "c", isCut: false);
        ring.RunUntil(
            () =>
            {
                bool mayServe = ring["b"].Core.Shared.ServeUntilMs >= ring.Now.MonotonicMs;
                bool isWhole = ring["b"].Core.Snapshot.View.Members.Count > 1;
                Assert.True(!isWhole || !mayServe || Version(ring["b"], "t") >= written);
                return ring.IsSettled(3);
            },
            "the ring is whole", stepMs: 1);

        Assert.All(ring.Nodes.Values, node => Assert.NotEqual(0UL, Version(node, "only at b")));
        Assert.Single(ring.Nodes.Values.Select(node => node.Core.Tags.Table.Digest).Distinct());
        Assert.All(ring.Nodes.Values, node => Assert.True(node.Core.Shared.ServeUntilMs >= ring.Now.MonotonicMs));
    }

    [Fact]
    public void Who_joins_has_a_table_of_many_pieces_before_it_serves()
    {
        using TestRing ring = Three();
        for (int i = 0; i < 3000; i++)
        {
            Invalidate(ring, "a", $"{i}{new string('x', 50)}");
        }
        ring.Run(100);
        ulong digest = ring["a"].Core.Tags.Table.Digest;

        TestNode joined = ring.Start("d", "a");
        ring.RunUntil(
            () =>
            {
                Assert.True(joined.SlotsIn(SlotAccess.Load) == 0
                    && joined.SlotsIn(SlotAccess.Serve) == 0
                    || joined.Core.Tags.Table.Digest == digest);
                return ring.IsSettled(4);
            },
            "d settles", stepMs: 1);

        Assert.Equal((3000, digest), (joined.Core.Tags.Table.Count, joined.Core.Tags.Table.Digest));
        Assert.True(ring.Nodes.Values.Sum(node => node.Sent.GetValueOrDefault(MessageKind.TagPart)) >= 3 * 6);
    }

    [Fact]
    public void Who_joins_holds_nobody_up()
    {
        using TestRing ring = Three();
        Invalidate(ring, "a", "t");
        ring.Run(100);

        ring.Start("d", "a");
        ring.RunUntil(
            () =>
            {
                Assert.True(ring["a"].Core.Shared.ServeUntilMs >= ring.Now.MonotonicMs);
                Assert.True(ring["b"].Core.Shared.ServeUntilMs >= ring.Now.MonotonicMs);
                return ring.IsSettled(4);
            },
            "d settles", stepMs: 1);
    }

    [Fact]
    public void A_link_that_breaks_on_the_way_loses_nothing()
    {
        using TestRing ring = Three();

        List<bool> answers = Invalidate(ring, "a", "t");
        ring.Break(ring["a"], ring["b"], DownReason.Reset, LinkKind.Control);
        ring.RunUntil(() => answers.Count > 0, "the answer", ms: 5100);

        Assert.Equal([true], answers);
        Assert.All(ring.Nodes.Values, node => Assert.NotEqual(0UL, Version(node, "t")));
    }

    [Fact]
    public void A_second_link_takes_back_nothing_that_is_known()
    {
        using TestRing ring = Three();

        ring["a"].Core.LinkUp(ring["b"].Core.Snapshot.Self, LinkKind.Control, null, ring.Now);

        Assert.True(ring["a"].Core.Tags.Exchange.HasMet(ring["b"].Id));
    }

    [Fact]
    public void Beyond_the_bound_all_nodes_forget_the_same()
    {
        using var ring = new TestRing { Options = new ClusterOptions { MaxTags = 10 } };
        Fill(ring);
        for (int i = 0; i < 25; i++)
        {
            Invalidate(ring, i % 2 == 0 ? "a" : "b", $"tag{i}");
            ring.Run(20);
        }

        ring.RunUntil(
            () => ring.Nodes.Values.Select(node => node.Core.Tags.Table.Digest).Distinct().Count() == 1, "one table");
        Assert.All(ring.Nodes.Values, node => Assert.Equal(10, node.Core.Tags.Table.Count));
        Assert.NotEqual(0UL, ring["c"].Core.Tags.Table.Floor);
    }

    [Theory]
    [InlineData((byte)MessageKind.TagClock)]
    [InlineData((byte)MessageKind.TagClockReply)]
    [InlineData((byte)MessageKind.TagSet)]
    [InlineData((byte)MessageKind.TagSetAck)]
    [InlineData((byte)MessageKind.TagDigest)]
    [InlineData((byte)MessageKind.TagsWanted)]
    public void Messages_that_make_no_sense_are_reported_and_change_nothing(byte kind)
    {
        using TestRing ring = Three();
        TestNode node = ring["a"];
        for (int length = 0; length < 40; length++)
        {
            byte[] message = [kind, .. Enumerable.Repeat((byte)0xFF, length)];
            node.Core.Receive(ring["b"].Id, LinkKind.Control, message, ring.Now);
        }

        Assert.True(node.CountOf(ClusterEventKind.BadMessage) >= 38);
        Assert.Equal(0, node.Core.Tags.Table.Count);
    }

    private static TestRing Three()
    {
        var ring = new TestRing();
        Fill(ring);
        return ring;
    }

    private static void Fill(TestRing ring)
    {
        ring.Start("a");
        ring.Start("b", "a");
        ring.Start("c", "a");
        ring.Settle(3);
    }

    private static List<bool> Invalidate(TestRing ring, string node, string tag)
    {
        var answers = new List<bool>();
        ring[node].Core.Tags.Invalidate(List(tag), answers.Add, ring.Now);
        return answers;
    }

    private static ulong Version(TestNode node, string tag) => node.Core.Tags.Table.StaleUpTo(Block(tag));

    private static ulong Set(TestRing ring, TestNode node, string key, string tag, long aheadMs = 0)
    {
        using EntryScope entry = node.Store.Open(Encoding.UTF8.GetBytes(key), ring.Now.UnixMs + aheadMs);
        entry.Set(EntryType.String, "value"u8, 0, Block(tag));
        return entry.Version;
    }

    private static byte[] List(string tag)
    {
        byte[] list = new byte[2 + tag.Length];
        TagList.Write(Encoding.UTF8.GetBytes(tag), list);
        return list;
    }

    private static byte[] Block(string tag)
    {
        byte[] list = List(tag);
        byte[] block = new byte[TagBlock.HeaderBytes + list.Length];
        TagBlock.Write(list, begun: 0, block);
        return block;
    }
}
