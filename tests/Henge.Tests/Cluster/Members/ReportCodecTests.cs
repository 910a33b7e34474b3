using FsCheck;
using FsCheck.Fluent;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Members.Reports;
using Henge.Cluster.Messages;

using Xunit;

namespace Henge.Tests.Cluster.Members;

/// <summary>Member reports on the wire, as sent and as forged.</summary>
public sealed class ReportCodecTests
{
    private static readonly MemberReport s_full = new(new Member
    {
        Id = new MemberId(new UInt128(0x0102030405060708, 0x090A0B0C0D0E0F10)),
        Boot = new BootId(0x1122334455667788),
        Address = "a:7400",
        Name = "á",
        Zone = "z",
        Weight = 3,
        Incarnation = 5,
        State = MemberState.Suspect,
        Phase = MemberPhase.Ready,
        MinWire = 1,
        MaxWire = 2,
    })
    {
        AgeMs = 7,
        Deaths = 2,
        Accusers = [new Accuser(new MemberId(9), true)],
    };

    // Nodes of other versions read this: the bytes never change.
    [Fact]
    public void A_report_is_these_bytes()
    {
        const string Golden =
            "6E00011000100F0E0D0C0B0A0908070605040302010208008877665544332211030600613A373430"
            + "30040200C3A10501007A060400030000000704000500000008010001090100010A020001020B0800"
            + "07000000000000000C0100020D11000900000000000000000000000000000001";
        var writer = new MessageWriter();
        ReportCodec.Write(writer, s_full);
        Assert.Equal(Golden, Convert.ToHexString(writer.Written));
    }

    [Fact]
    public void What_was_written_is_read()
    {
        MemberReport report = Assert.Single(Read(Written(s_full), out bool failed));
        Assert.False(failed);
        Assert.Equal(s_full.Record, report.Record);
        Assert.Equal((s_full.AgeMs, s_full.Deaths), (report.AgeMs, report.Deaths));
        Assert.Equal(s_full.Accusers, report.Accusers);
    }

    [Fact]
    public void Fields_of_newer_nodes_are_passed_over()
    {
        byte[] written = Written(s_full);
        // Count, length, then a field of kind 200 with three bytes before the others.
        byte[] newer = [.. written[..4], 200, 3, 0, 1, 2, 3, .. written[4..]];
        newer[2] += 6;
        Assert.Equal(s_full.Record, Assert.Single(Read(newer, out bool failed)).Record);
        Assert.False(failed);
    }

    [Fact]
    public void A_report_cut_short_anywhere_is_refused()
    {
        byte[] written = Written(s_full);
        for (int length = 0; length < written.Length; length++)
        {
            Assert.Empty(Read(written[..length], out bool failed));
            Assert.True(failed);
        }
    }

    [Fact]
    public void Any_bytes_at_all_are_read_or_refused() =>
        Prop.ForAll(ArbMap.Default.GeneratorFor<byte[]>().ToArbitrary(), bytes =>
        {
            Read(bytes, out _);
            byte[] broken = Written(s_full);
            for (int i = 0; i < bytes.Length; i++)
            {
                broken[(i * 37 + bytes[i]) % broken.Length] ^= bytes[i];
            }
            return Read(broken, out _).All(r => ReportCodec.IsSound(r.Record));
        })
        .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("\u0000")]
    public void An_address_that_is_none_is_refused(string address) =>
        AssertRefused(s_full with { Record = s_full.Record with { Address = address } });

    [Fact]
    public void What_is_out_of_range_is_refused()
    {
        Member record = s_full.Record;
        AssertRefused(s_full with { Record = record with { Address = new string('a', 256) } });
        AssertRefused(s_full with { Record = record with { Name = new string('n', 65) } });
        AssertRefused(s_full with { Record = record with { Zone = new string('z', 65) } });
        AssertRefused(s_full with { Record = record with { Weight = ReportCodec.MaxWeight + 1 } });
        AssertRefused(s_full with { Record = record with { Weight = -1 } });
        AssertRefused(s_full with { Record = record with { State = (MemberState)4 } });
        AssertRefused(s_full with { Record = record with { Phase = (MemberPhase)3 } });
        AssertRefused(s_full with { Record = record with { Incarnation = uint.MaxValue } });
        AssertRefused(s_full with { AgeMs = long.MaxValue });
    }

    [Fact]
    public void A_count_that_lies_is_refused()
    {
        Assert.Empty(Read([0xFF, 0xFF], out bool failed));
        Assert.True(failed);
        Assert.Empty(Read([0x01, 0x10, 0, 0], out failed));
        Assert.True(failed);
    }

    [Fact]
    public void Messages_that_make_no_sense_are_reported_and_change_nothing()
    {
        TestRing ring = MembershipTests.Settled(2);
        TestNode node = ring["node0"];
        MemberId from = ring["node1"].Id;
        long version = node.Membership.Version;
        int expected = 0;
        for (byte kind = (byte)MessageKind.Probe; kind <= (byte)MessageKind.PushPullReply; kind++)
        {
            node.Receive(from, [kind]);
            node.Receive(from, [kind, 1, 2, 3]);
            expected += 2;
        }
        Assert.Equal(expected, node.Events.Count(e => e.Kind == ClusterEventKind.BadMessage));
        Assert.Equal(version, node.Membership.Version);
        var reader = new MessageReader([]);
        Assert.False(node.Membership.Receive(from, MessageKind.Holdings, ref reader, node.Now));
    }

    [Fact]
    public void Any_message_at_all_is_survived()
    {
        TestRing ring = MembershipTests.Settled(3);
        var chance = new Chance(3);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] message = TestMessages.Gossip(s_full, new MemberReport(ring["node1"].Membership.Self));
            message[0] = (byte)(1 + chance.Below(8));
            for (int j = chance.Below(6); j >= 0; j--)
            {
                message[1 + chance.Below(message.Length - 1)] = (byte)chance.Below(256);
            }
            ring["node0"].Receive(ring["node2"].Id, message[..(1 + chance.Below(message.Length))]);
            ring.Run(1);
        }
        ring.Run(60_000);
        Assert.All(ring.Nodes, n => Assert.Equal(MemberState.Alive, n.StateOf("node1")));
    }

    private static void AssertRefused(MemberReport report)
    {
        Assert.Empty(Read(Written(report), out bool failed));
        Assert.True(failed);
    }

    private static byte[] Written(MemberReport report)
    {
        var writer = new MessageWriter();
        ReportCodec.WriteList(writer, [report]);
        return writer.Written.ToArray();
    }

    private static List<MemberReport> Read(byte[] bytes, out bool failed)
    {
        var reader = new MessageReader(bytes);
        List<MemberReport> reports = ReportCodec.ReadList(ref reader);
        failed = reader.Failed;
        return reports;
    }
}
