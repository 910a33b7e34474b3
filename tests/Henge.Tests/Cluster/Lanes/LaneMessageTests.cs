using System.Text;

using Henge.Cluster.Messages;
using Henge.Cluster.Rings;

using Xunit;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>The bytes of the messages, which must not change, and bytes that are no messages.</summary>
public sealed class LaneMessageTests
{
    [Fact]
    public void Messages_keep_their_bytes()
    {
        using var ring = new LaneRing(2);
        RingView view = ring.View([.. ring.Nodes]);
        string key = ring.Key(view, ring[1]);
        List<byte[]> there = ring[0].LinkTo(ring[1]).Log = [];
        List<byte[]> back = ring[1].LinkTo(ring[0]).Log = [];
        ring.Run(ring[0], "SET", key, "hi");
        Assert.Equal(
            // kind | id | flags | hop | left | refusals | operation
            "40" + "0100000002000000" + "00" + "01" + "24130000" + "00000000"
            + "53" + "020000006869" + "04000000" + Hex(key), Convert.ToHexString(there[0]), ignoreCase: true);
        Assert.Equal(
            // kind | number | count | fingerprint | record
            "42" + "0100000000000000" + "01000000" + Convert.ToHexString(back[0].AsSpan(13, 4))
            + "04000000" + "02000000" + "0000" + "01" + "00" + "0000000000000000"
            + Convert.ToHexString(back[0].AsSpan(37, 8)) + Hex(key) + "6869",
            Convert.ToHexString(back[0]), ignoreCase: true);
    }

    [Fact]
    public void Answers_keep_their_bytes()
    {
        using var ring = new LaneRing(2);
        string key = ring.Key(ring.View([.. ring.Nodes]), ring[1]);
        var forward = new MessageWriter();
        forward.Begin(MessageKind.Forward);
        forward.UInt64(0x1122334455667788);
        forward.Byte(0);
        forward.Byte(1);
        forward.UInt32(1000);
        forward.UInt32(0);
        forward.Byte((byte)'G');
        forward.Bytes([]);
        forward.Bytes(Encoding.UTF8.GetBytes(key));
        LaneLink link = ring[0].LinkTo(ring[1]);
        Assert.True(ring[1].Lane.Receive(ring[0].Id, link.Id, forward.Written, ring.Now));
        Assert.Equal("41" + "8877665544332211" + "00" + "2D", Convert.ToHexString(link.TakeReply()));
        forward.Begin(MessageKind.Fetch);
        forward.UInt64(5);
        forward.UInt64(ring[1].Member.Boot.Value);
        forward.UInt32(1);
        forward.Bytes(Encoding.UTF8.GetBytes(key));
        Assert.True(ring[1].Lane.Receive(ring[0].Id, link.Id, forward.Written, ring.Now));
        Assert.Equal(
            "45" + "0500000000000000" + "01000000" + "00" + "04000000" + Hex(key),
            Convert.ToHexString(link.TakeReply()), ignoreCase: true);
    }

    [Theory]
    [InlineData(MessageKind.None)]
    [InlineData(MessageKind.Forward)]
    [InlineData(MessageKind.Replicate)]
    [InlineData(MessageKind.Fetch)]
    internal void Requests_that_end_early_make_no_sense(MessageKind kind)
    {
        using var ring = new LaneRing(2);
        Assert.False(ring[0].Lane.Receive(ring[1].Id, 1, [(byte)kind], ring.Now));
        Assert.False(ring[0].Lane.Receive(ring[1].Id, 1, [(byte)kind, 1, 2, 3], ring.Now));
        Assert.Equal(2, ring[0].Lane.Counters.BadMessages);
    }

    [Fact]
    public void What_a_newer_node_may_say_is_passed_over()
    {
        using var ring = new LaneRing(2);
        Assert.True(ring[0].Lane.Receive(ring[1].Id, 1, [200, 1, 2, 3], ring.Now));
        Assert.True(ring[0].Lane.ReceiveReply(ring[1].Id, [200], ring.Now));
        Assert.False(ring[0].Lane.ReceiveReply(ring[1].Id, [], ring.Now));
    }

    [Fact]
    public void Counts_that_lie_make_no_sense()
    {
        using var ring = new LaneRing(2);
        var message = new MessageWriter();
        foreach (MessageKind kind in new[] { MessageKind.Replicate, MessageKind.Fetch })
        {
            message.Begin(kind);
            message.UInt64(1);
            message.UInt32(uint.MaxValue);
            message.UInt32(uint.MaxValue);
            message.UInt32(uint.MaxValue);
            Assert.False(ring[0].Lane.Receive(ring[1].Id, 1, message.Written, ring.Now));
        }
        message.Begin(MessageKind.ReplicateAck);
        message.UInt64(1);
        message.UInt32(uint.MaxValue);
        message.UInt32(0);
        Assert.False(ring[0].Lane.ReceiveReply(ring[1].Id, message.Written, ring.Now));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_and_damaged_messages_do_no_harm(int seed)
    {
        var random = new Random(seed);
        using var ring = new LaneRing(3);
        RingView view = ring.View([.. ring.Nodes]);
        string key = ring.Key(view, ring[1]);
        List<byte[]> seen = [];
        foreach (LaneNode node in ring.Nodes)
        {
            foreach (LaneLink link in node.Links.Values)
            {
                link.Log = seen;
            }
        }
        for (int i = 0; i < 20; i++)
        {
            ring.Run(ring[0], "SET", key + i, "value" + i);
        }
        byte[][] examples = [.. seen];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] message;
            if (random.Next(3) == 0)
            {
                message = new byte[random.Next(64)];
                random.NextBytes(message);
                if (message.Length > 0)
                {
                    message[0] = (byte)random.Next(64, 70);
                }
            }
            else
            {
                message = [.. examples[random.Next(examples.Length)]];
                for (int flips = random.Next(1, 4); flips > 0; flips--)
                {
                    message[random.Next(message.Length)] ^= (byte)(1 << random.Next(8));
                }
            }
            ring[1].Lane.Receive(ring[0].Id, ring[0].LinkTo(ring[1]).Id, message, ring.Now);
            ring[0].Lane.ReceiveReply(ring[1].Id, message, ring.Now);
        }
        Assert.True(ring[1].Lane.Counters.BadMessages > 100);
        // Answers to questions never asked may have come in between; links are closed then, and all goes on.
        foreach (LaneNode node in ring.Nodes.ToArray())
        {
            foreach (LaneNode other in ring.Nodes.Where(n => n != node))
            {
                ring.Cut(node, other);
                ring.Connect(node, other);
            }
        }
        Assert.Equal("OK", ring.Run(ring[0], "SET", "after", "x"));
        Assert.Equal("x", ring.Run(ring[2], "GET", "after"));
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));
}
