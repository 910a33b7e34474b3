using System.Reflection;
using System.Text;

using Henge.Cluster;
using Henge.Cluster.Messages;
using Henge.Cluster.Tags;
using Henge.Storage;
using Henge.Tests.Cluster.Handoffs;

using Xunit;

namespace Henge.Tests.Cluster.Wire;

/// <summary>
/// What nodes of wire version 1 say on control and bulk links, byte for byte, as the last release sends and reads it.
/// Data links are in <c>LaneMessageTests</c> and <c>EntryOperationTests</c>, hellos and frames in
/// <c>HandshakeTests</c> and <c>FrameTests</c>.
/// </summary>
public sealed class WireGoldenTests
{
    private const int LongestKept = 400;

    private static readonly MessageKind[] s_kinds =
        [.. Enum.GetValues<MessageKind>().Where(kind => kind is > MessageKind.None and < MessageKind.Forward)];

    // Said by parts of a node, or in troubles, that this ring does not have; they have tests of their own.
    private static readonly MessageKind[] s_elsewhere =
    [
        MessageKind.IndirectProbe, MessageKind.IndirectAck, MessageKind.Nack, MessageKind.Interest, MessageKind.Sync,
        MessageKind.Invalidate, MessageKind.Synced,
    ];

    /// <summary>
    /// Where this fails, either the ring does other things in this test (then take the new bytes over), or a message
    /// changed: the last release would misread it. Append a field, or send it from wire version 2 on alone.
    /// </summary>
    [Fact]
    public void Messages_are_these_bytes()
    {
        SortedDictionary<MessageKind, string> said = Say();
        Assert.Equal(s_kinds.Except(s_elsewhere), said.Keys);
        Assert.Equal(Golden(), said);
    }

    [Fact]
    public void What_the_last_release_says_makes_sense()
    {
        using TestRing ring = Two(keepsMessages: false);
        (TestNode a, TestNode b) = (ring["a:1"], ring["b:1"]);
        foreach ((MessageKind kind, string hex) in Golden())
        {
            LinkKind link = kind >= MessageKind.Chunk ? LinkKind.Bulk : LinkKind.Control;
            byte[] message = Convert.FromHexString(hex);
            a.Core.Receive(b.Id, link, message, ring.Now);
            b.Core.Receive(a.Id, link, message, ring.Now);
            // One of the two has said it: an answer is of who sends it.
            int refused = Math.Min(a.CountOf(ClusterEventKind.BadMessage), b.CountOf(ClusterEventKind.BadMessage));
            Assert.True(refused == 0, $"{kind} is no longer understood");
            a.Events.Clear();
            b.Events.Clear();
        }
        ring.Settle(2);
    }

    private static SortedDictionary<MessageKind, string> Golden()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("wire-1.txt")!;
        using var reader = new StreamReader(stream);
        var golden = new SortedDictionary<MessageKind, string>();
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            golden.Add(Enum.Parse<MessageKind>(words[0]), words[1]);
        }
        return golden;
    }

    /// <summary>Has nodes say all they can, and takes of each kind the longest of those that are not long.</summary>
    private static SortedDictionary<MessageKind, string> Say()
    {
        using TestRing ring = Two(keepsMessages: true);
        for (int i = 0; i < 40; i++)
        {
            ring.Write($"k{i}", $"value {i}", i % 2 == 0 ? ring.Now.UnixMs + 1_000_000 : 0);
        }
        ring.Write("k7", null);
        ring["a:1"].Core.Tags.Invalidate(ListOf("tag"), _ => { }, ring.Now);
        ring.Run(10);
        ring.Start("c:1", "a:1");
        ring.Settle(3);
        foreach (string key in new[] { "k3", "k4" })
        {
            TestNode owner = Assert.Single(ring.Serving(key));
            using (EntryScope entry = owner.Store.Open(Encoding.UTF8.GetBytes(key), ring.Now.UnixMs))
            {
                entry.Set(EntryType.String, "newer"u8, 0);
            }
            owner.Core.Shared.MarkDoubtful(Slot.Of(Encoding.UTF8.GetBytes(key)));
        }
        ring.Run(70_000);
        var said = new SortedDictionary<MessageKind, string>();
        foreach (IGrouping<byte, byte[]> kind in ring.Seen.GroupBy(message => message[0]))
        {
            byte[] kept = kind.Where(message => message.Length <= LongestKept).MaxBy(message => message.Length)
                ?? kind.MinBy(message => message.Length)!;
            said.Add((MessageKind)kind.Key, Convert.ToHexString(kept));
        }
        return said;
    }

    private static TestRing Two(bool keepsMessages)
    {
        var ring = new TestRing { KeepsMessages = keepsMessages };
        ring.Start("a:1");
        ring.Start("b:1", "a:1");
        ring.Settle(2);
        return ring;
    }

    private static byte[] ListOf(string tag)
    {
        byte[] list = new byte[2 + tag.Length];
        TagList.Write(Encoding.UTF8.GetBytes(tag), list);
        return list;
    }
}
