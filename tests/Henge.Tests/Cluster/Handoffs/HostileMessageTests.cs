using Henge.Cluster;
using Henge.Cluster.Messages;

using Xunit;

namespace Henge.Tests.Cluster.Handoffs;

/// <summary>Whatever another member says, nothing breaks and nothing is lost.</summary>
public sealed class HostileMessageTests
{
    private static readonly MessageKind[] Kinds =
    [
        MessageKind.Holdings, MessageKind.Settled, MessageKind.Pull, MessageKind.Digests, MessageKind.Differences,
        MessageKind.Chunk, MessageKind.ChunkAck, MessageKind.PullDone, MessageKind.SlotKeys, MessageKind.WantKeys,
    ];

    [Fact]
    public void Random_bytes_of_any_kind_do_no_harm()
    {
        using TestRing ring = Two(out TestNode a, out TestNode b);
        var random = new Random(42);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] message = new byte[random.Next(1, 80)];
            random.NextBytes(message);
            message[0] = (byte)Kinds[i % Kinds.Length];
            a.Core.Receive(b.Id, LinkKind.Control, message, ring.Now);
        }
        ring.Run(2000);
        Assert.True(a.CountOf(ClusterEventKind.BadMessage) > 1000);
        Assert.Equal(100, ring.AssertCopiesAgree(2));
    }

    [Fact]
    public void Real_messages_that_were_cut_or_bent_do_no_harm()
    {
        using TestRing ring = Two(out TestNode a, out TestNode b);
        var random = new Random(43);
        foreach (byte[] message in ring.Seen.Where(message => Array.IndexOf(Kinds, (MessageKind)message[0]) >= 0)
            .Take(300).ToArray())
        {
            for (int i = 0; i < 20; i++)
            {
                byte[] bent = message[..random.Next(1, message.Length + 1)];
                bent[random.Next(Math.Min(60, bent.Length))] ^= (byte)(1 << random.Next(8));
                bent[0] = message[0];
                a.Core.Receive(b.Id, LinkKind.Bulk, bent, ring.Now);
            }
        }
        ring.Run(30_000);
        Assert.True(ring.IsSettled(2), ring.Describe());
        Assert.Equal(100, ring.AssertCopiesAgree(2));
    }

    [Fact]
    public void Records_of_slots_that_were_not_asked_for_are_passed_over()
    {
        using TestRing ring = Two(out TestNode a, out TestNode b);
        var writer = new MessageWriter();
        writer.Begin(MessageKind.Chunk);
        writer.UInt32(12345);
        writer.UInt32(0);
        writer.Byte(0);
        RecordCodec.Write(writer, new Henge.Storage.EntryRecord
        {
            Key = "planted"u8,
            Value = "x"u8,
            Type = Henge.Storage.EntryType.String,
            Version = 1UL << 60,
        });
        a.Core.Receive(b.Id, LinkKind.Bulk, writer.Written, ring.Now);
        Assert.Null(a.Get("planted"));
    }

    private static TestRing Two(out TestNode a, out TestNode b)
    {
        var ring = new TestRing { KeepsMessages = true };
        a = ring.Start("a:1");
        ring.Run(5);
        ring.Fill("k", 100);
        b = ring.Start("b:1", "a:1");
        ring.Settle(2);
        ring.Run(3000);
        return ring;
    }
}
