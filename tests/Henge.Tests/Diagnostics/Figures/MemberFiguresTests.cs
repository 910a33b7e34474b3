using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Diagnostics.Figures;

using Xunit;

namespace Henge.Tests.Diagnostics.Figures;

/// <summary>What members tell each other of what they have counted.</summary>
public sealed class MemberFiguresTests
{
    [Fact]
    public async Task What_is_written_is_read_again()
    {
        byte[] message = await WrittenAsync();
        MemberFigures read = MemberFigures.Read(message)!;
        Assert.Equal(64 << 20, read[MemberFigure.LimitBytes]);
        Assert.Equal([3, 0], [read.Operations[^1], read.Operations[0]]);
        Assert.Equal(3, read.HttpTimes.Count);
        Assert.NotEqual("", read.Version);
        var again = new MessageWriter();
        read.WriteTo(again);
        Assert.Equal(message, again.Written.ToArray());
    }

    [Fact]
    public async Task What_is_cut_off_anywhere_makes_no_sense()
    {
        byte[] message = [.. await WithoutTransfersAsync(), .. s_transfers];
        int ofFirstVersions = message.Length - s_transfers.Length;
        for (int length = 0; length < message.Length; length++)
        {
            bool makesSense = MemberFigures.Read(message.AsSpan(0, length)) is not null;
            Assert.True(makesSense == (length == ofFirstVersions), $"{length} of {message.Length}");
        }
    }

    [Fact]
    public async Task What_moves_is_told_and_the_first_versions_tell_nothing_of_it()
    {
        byte[] message = [.. await WithoutTransfersAsync(), .. s_transfers];
        MemberFigures read = MemberFigures.Read(message)!;
        Assert.Equal([new TransferStatus(new MemberId(7), IsIncoming: true, 3, 4, 5, 0.5)], read.Transfers);
        var again = new MessageWriter();
        read.WriteTo(again);
        Assert.Equal(message, again.Written.ToArray());
        Assert.Empty(MemberFigures.Read(await WithoutTransfersAsync())!.Transfers);
    }

    [Fact]
    public void Longer_and_shorter_lists_and_what_follows_are_of_other_versions()
    {
        var writer = new MessageWriter();
        writer.Byte(1);
        writer.Text("9.9.9");
        Numbers(writer, 400);
        Numbers(writer, 2);
        Numbers(writer, 0);
        writer.UInt16(2);
        writer.Byte(255);
        writer.Int64(5);
        writer.Byte(3);
        writer.Int64(-5);
        writer.UInt16(0);
        writer.UInt16(0);
        writer.Text("more");

        MemberFigures read = MemberFigures.Read(writer.Written)!;
        Assert.Equal("9.9.9", read.Version);
        Assert.Equal(Enumerable.Range(1, read.Numbers.Length).Select(static i => (long)i), read.Numbers);
        Assert.Equal([1, 2, 0], read.Operations[..3]);
        Assert.Equal(0, read.CommandTimes.Count);

        writer.Clear();
        writer.Byte(2);
        Assert.Null(MemberFigures.Read(writer.Written));
    }

    // One, as it goes over the wire: peer, incoming, slots, entries, bytes, 500 of 1000.
    private static readonly byte[] s_transfers =
    [
        1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0,
        5, 0, 0, 0, 0, 0, 0, 0, 0xF4, 1,
    ];

    // None is the number 0.
    private static async Task<byte[]> WithoutTransfersAsync() => (await WrittenAsync())[..^sizeof(ushort)];

    private static void Numbers(MessageWriter writer, int count)
    {
        writer.UInt16((ushort)count);
        for (int i = 1; i <= count; i++)
        {
            writer.Int64(i);
        }
    }

    private static async Task<byte[]> WrittenAsync()
    {
        await using var node = new HengeNode(new HengeOptions { Memory = 64 << 20 });
        node.Http.Count("GET", 200, 1000);
        node.Http.Count("GET", 200, 1_000_000);
        node.Http.Count("PUT", 201, 5000);
        var writer = new MessageWriter();
        MemberFigures.Of(node).WriteTo(writer);
        return writer.Written.ToArray();
    }
}
