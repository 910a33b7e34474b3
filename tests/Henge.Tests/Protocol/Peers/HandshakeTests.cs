using System.Text;

using FsCheck;
using FsCheck.Fluent;

using Henge.Protocol.Peers;
using Henge.Protocol.Peers.Hellos;

using Xunit;

namespace Henge.Tests.Protocol.Peers;

/// <summary>The hello between two nodes: who is let in, who is not and why; nothing of it works twice.</summary>
public sealed class HandshakeTests
{
    private static readonly byte[] s_old = "an old secret of sixteen bytes"u8.ToArray();
    private static readonly byte[] s_new = "a new secret of sixteen bytes"u8.ToArray();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_nodes_of_one_cluster_meet(bool hasSecret)
    {
        byte[][] secrets = hasSecret ? [s_old] : [];
        Handshake dialler = Dial(Hellos.A, secrets);
        Handshake acceptor = Accept(Hellos.B, secrets);

        Converse(dialler, acceptor);

        Assert.Equal((HandshakeStatus.Done, HandshakeStatus.Done), (dialler.Status, acceptor.Status));
        Assert.Equal(Hellos.A.Address, acceptor.Peer!.Address);
        Assert.Equal(Hellos.B.Name, dialler.Peer!.Name);
        AssertFrames(dialler, acceptor);
        AssertFrames(acceptor, dialler);
    }

    [Fact]
    public void A_secret_is_changed_node_by_node()
    {
        byte[][][] steps = [[s_old], [s_old, s_new], [s_new, s_old], [s_new]];
        for (int step = 1; step < steps.Length; step++)
        {
            (byte[][], byte[][])[] pairs = [(steps[step - 1], steps[step]), (steps[step], steps[step - 1])];
            foreach ((byte[][] one, byte[][] other) in pairs)
            {
                Handshake dialler = Dial(Hellos.A, one);
                Handshake acceptor = Accept(Hellos.B, other);

                Converse(dialler, acceptor);

                Assert.Equal(HandshakeStatus.Done, dialler.Status);
                AssertFrames(dialler, acceptor);
            }
        }
    }

    [Fact]
    public void Who_stands_between_two_nodes_with_another_certificate_is_found_out()
    {
        byte[][] secrets = [s_old];
        var dialler = new Handshake(LinkSide.Dialler, Hellos.A with { HasSecret = true }, secrets, [1, 2, 3]);
        var acceptor = new Handshake(LinkSide.Acceptor, Hellos.B with { HasSecret = true }, secrets, [3, 2, 1]);

        Converse(dialler, acceptor);

        Assert.Equal(Refusal.WrongSecret, acceptor.Refusal);
        Assert.NotEqual(HandshakeStatus.Done, dialler.Status);
    }

    public static TheoryData<string, int> Differences => new()
    {
        { "cluster", (int)Refusal.WrongCluster },
        { "wire", (int)Refusal.NoCommonWire },
        { "ring", (int)Refusal.OtherRing },
        { "self", (int)Refusal.Self },
        { "identity", (int)Refusal.SameIdentity },
        { "copies", (int)Refusal.OtherCopies },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void Nodes_that_do_not_belong_together_are_told_why(string difference, int expected)
    {
        Hello other = difference switch
        {
            "cluster" => Hellos.B with { Cluster = Hello.ClusterOf("other") },
            "wire" => Hellos.B with { MinWire = 3, MaxWire = 4 },
            "ring" => Hellos.B with { Ring = 9 },
            "self" => Hellos.B with { Node = Hellos.A.Node, Boot = Hellos.A.Boot },
            "identity" => Hellos.B with { Node = Hellos.A.Node },
            _ => Hellos.B with { Copies = 3 },
        };
        foreach (bool isTurned in new[] { false, true })
        {
            Handshake dialler = Dial(isTurned ? other : Hellos.A, [s_old]);
            Handshake acceptor = Accept(isTurned ? Hellos.A : other, [s_old]);

            Converse(dialler, acceptor);

            Assert.Equal(((Refusal)expected, true), (dialler.Refusal, dialler.IsRefusedByPeer));
            Assert.Equal(((Refusal)expected, false), (acceptor.Refusal, acceptor.IsRefusedByPeer));
            Assert.Equal(HandshakeStatus.Refused, acceptor.Status);
        }
    }

    [Theory]
    [InlineData(true, true, (int)Refusal.WrongSecret)]
    [InlineData(false, true, (int)Refusal.SecretNeeded)]
    [InlineData(true, false, (int)Refusal.SecretUnknown)]
    public void Without_the_same_secret_there_is_no_link(bool diallerHas, bool acceptorHas, int expected)
    {
        Handshake dialler = Dial(Hellos.A, diallerHas ? [s_old] : []);
        Handshake acceptor = Accept(Hellos.B, acceptorHas ? [s_new] : []);

        Converse(dialler, acceptor);

        Assert.Equal((Refusal)expected, acceptor.Refusal);
        Assert.Equal(((Refusal)expected, HandshakeStatus.Refused), (dialler.Refusal, dialler.Status));
    }

    [Fact]
    public void The_highest_common_wire_version_is_spoken()
    {
        Handshake dialler = Dial(Hellos.A with { MinWire = 1, MaxWire = 5 }, [s_old]);
        Handshake acceptor = Accept(Hellos.B with { MinWire = 2, MaxWire = 3 }, [s_old]);

        Converse(dialler, acceptor);

        Assert.Equal((3, 3), (dialler.Wire, acceptor.Wire));
    }

    [Theory]
    [InlineData(1, 1, (int)FrameCheck.Hmac)]
    [InlineData(2, 1, (int)FrameCheck.Hmac)]
    [InlineData(1, 2, (int)FrameCheck.Hmac)]
    [InlineData(2, 2, (int)FrameCheck.Gmac)]
    public void The_wire_version_says_how_frames_are_checked(byte dialler, byte acceptor, int expected)
    {
        Handshake here = Dial(Hellos.A with { MaxWire = dialler }, [s_old]);
        Handshake there = Accept(Hellos.B with { MaxWire = acceptor }, [s_old]);

        Converse(here, there);

        Assert.Equal((FrameCheck)expected, here.SealFor(sending: true).Check);
        AssertFrames(here, there);
        AssertFrames(there, here);
    }

    [Fact]
    public void Without_a_secret_frames_are_checked_for_accidents_alone()
    {
        Handshake here = Dial(Hellos.A with { MaxWire = 2 }, []);
        Handshake there = Accept(Hellos.B with { MaxWire = 2 }, []);

        Converse(here, there);

        Assert.Equal(FrameCheck.Checksum, here.SealFor(sending: true).Check);
        AssertFrames(here, there);
    }

    [Fact]
    public void A_wire_version_that_somebody_lowers_on_the_way_ends_the_hello()
    {
        Handshake here = Dial(Hellos.A with { MaxWire = 2 }, [s_old]);
        Handshake there = Accept(Hellos.B with { MaxWire = 2 }, [s_old]);
        byte[] lowered = HelloMessage.Of(HelloKind.Hello, HelloCodec.Write(Hellos.A with { HasSecret = true }));
        Assert.Equal(here.Output.Length, lowered.Length);

        there.Receive(lowered);
        here.Receive(there.Output);
        there.Receive(here.Output);

        Assert.Equal((HandshakeStatus.Refused, Refusal.WrongSecret), (there.Status, there.Refusal));
    }

    [Fact]
    public void A_replayed_hello_proves_nothing()
    {
        Handshake dialler = Dial(Hellos.A, [s_old]);
        byte[] hello = dialler.Output;
        Handshake first = Accept(Hellos.B, [s_old]);
        first.Receive(hello);
        dialler.Receive(first.Output);
        byte[] proof = dialler.Output;

        Handshake second = Accept(Hellos.B with { Nonce = [.. Enumerable.Repeat((byte)9, 32)] }, [s_old]);
        second.Receive(hello);
        second.Receive(proof);

        Assert.Equal((HandshakeStatus.Refused, Refusal.WrongSecret), (second.Status, second.Refusal));
    }

    [Fact]
    public void A_challenge_sent_back_proves_nothing()
    {
        // The attacker knows no secret: it dials B, lets B dial it, and hands what one says to the other.
        Handshake asAcceptor = Accept(Hellos.B, [s_old]);
        Handshake asDialler = Dial(Hellos.B with { Nonce = [.. Enumerable.Repeat((byte)9, 32)] }, [s_old]);
        byte[] stolen = [.. asDialler.Output];

        asAcceptor.Receive(stolen);
        Assert.Equal(Refusal.Self, asAcceptor.Refusal);

        asAcceptor = Accept(Hellos.B, [s_old]);
        asAcceptor.Receive(HelloMessage.Of(HelloKind.Hello, HelloCodec.Write(Secretive(Hellos.A))));
        byte[] answer = asAcceptor.Output;
        asDialler.Receive(HelloMessage.Of(HelloKind.Answer, HelloCodec.Write(Secretive(Hellos.A))));
        asAcceptor.Receive(asDialler.Output);

        Assert.Equal(HelloKind.Answer, (HelloKind)answer[4]);
        Assert.Equal((HandshakeStatus.Refused, Refusal.WrongSecret), (asAcceptor.Status, asAcceptor.Refusal));
    }

    [Fact]
    public void What_one_side_said_cannot_be_changed_on_the_way()
    {
        Handshake dialler = Dial(Hellos.A, [s_old]);
        Handshake acceptor = Accept(Hellos.B, [s_old]);
        Hello changed = Secretive(Hellos.A) with { Weight = 1000 };
        acceptor.Receive(HelloMessage.Of(HelloKind.Hello, HelloCodec.Write(changed)));
        dialler.Receive(acceptor.Output);
        acceptor.Receive(dialler.Output);

        Assert.Equal((HandshakeStatus.Refused, Refusal.WrongSecret), (acceptor.Status, acceptor.Refusal));
    }

    [Fact]
    public void The_hello_of_a_node_has_these_bytes() => Assert.Equal(
        "00484E4701009900010200010102100090961D66D0BE50EC2BA9EB0BC994120E03010001041000010000000000"
        + "00000000000000000000050800650000000000000006040001000000070D0031302E302E302E313A3734303008"
        + "0100610900000A0400010000000B0100010C0100010D0100020E0400000010000F010000102000010101010101"
        + "0101010101010101010101010101010101010101010101010101",
        Convert.ToHexString(Dial(Hellos.A, []).Output));

    [Fact]
    public void Messages_out_of_turn_end_the_hello()
    {
        foreach (HelloKind kind in new[] { HelloKind.Proof, HelloKind.Welcome, HelloKind.Answer, (HelloKind)77 })
        {
            Handshake acceptor = Accept(Hellos.B, []);
            acceptor.Receive(HelloMessage.Of(kind, []));
            Assert.Equal((HandshakeStatus.Refused, Refusal.Malformed), (acceptor.Status, acceptor.Refusal));
        }
        Handshake early = Dial(Hellos.A, []);
        early.Receive(HelloMessage.Of(HelloKind.Welcome, []));
        Assert.Equal(HandshakeStatus.Refused, early.Status);
    }

    [Fact]
    public void A_hello_with_unknown_fields_is_read_and_a_truncated_one_is_not()
    {
        byte[] body = HelloCodec.Write(Hellos.A);

        Hello? read = HelloCodec.Read([.. body, 200, 2, 0, 1, 2]);

        Assert.NotNull(read);
        Assert.Equal(body, HelloCodec.Write(read));
        for (int length = 0; length < body.Length; length++)
        {
            Assert.Null(HelloCodec.Read(body.AsSpan(0, length)));
        }
        Assert.Null(HelloCodec.Read([.. body, 14, 4, 0, 0, 0, 0, 0]));
        Assert.Null(HelloCodec.Read(HelloCodec.Write(Hellos.A with { Name = "a\nb" })));
        Assert.Null(HelloCodec.Read(HelloCodec.Write(Hellos.A with { Weight = -1 })));
    }

    [Fact]
    public void Longer_than_a_kilobyte_is_no_hello()
    {
        byte[] body = new byte[HelloMessage.MaxBytes - HelloMessage.HeaderBytes + 1];
        byte[] message = HelloMessage.Of(HelloKind.Hello, body);

        Assert.Equal(-1, HelloMessage.Missing(message.AsSpan(0, HelloMessage.HeaderBytes)));
        Assert.Equal(-1, HelloMessage.Missing("PING"u8));
        Assert.Equal(HelloMessage.HeaderBytes - 2, HelloMessage.Missing(HelloMessage.Magic[..2]));
        Hello longest = Hellos.A with
        {
            Address = new string('a', Hello.MaxTextBytes),
            Name = new string('n', Hello.MaxTextBytes),
            Zone = new string('z', Hello.MaxTextBytes),
        };
        Assert.Equal(0, HelloMessage.Missing(HelloMessage.Of(HelloKind.Hello, HelloCodec.Write(longest))));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_without_an_exception() =>
        Prop.ForAll(Gen.Choose(0, 255).Select(static b => (byte)b).ArrayOf().ToArbitrary(), static bytes =>
        {
            HelloCodec.Read(bytes);
            HelloMessage.Missing(bytes);
            Accept(Hellos.B, [s_old]).Receive(bytes);
            byte[] body = HelloCodec.Write(Hellos.A);
            bytes.AsSpan(0, Math.Min(bytes.Length, body.Length)).CopyTo(body);
            HelloCodec.Read(body);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    private static Hello Secretive(Hello hello) => hello with { HasSecret = true };

    private static Handshake Dial(Hello own, byte[][] secrets) =>
        new(LinkSide.Dialler, own with { HasSecret = secrets.Length > 0 }, secrets);

    private static Handshake Accept(Hello own, byte[][] secrets) =>
        new(LinkSide.Acceptor, own with { HasSecret = secrets.Length > 0 }, secrets);

    private static void Converse(Handshake dialler, Handshake acceptor)
    {
        (Handshake From, Handshake To) turn = (dialler, acceptor);
        while (turn.From.Output.Length > 0 && turn.To.Status == HandshakeStatus.Waiting)
        {
            turn.To.Receive(turn.From.Output);
            turn = (turn.To, turn.From);
        }
    }

    private static void AssertFrames(Handshake from, Handshake to)
    {
        var writer = new FrameWriter(from.SealFor(sending: true));
        writer.Append("\u0001message"u8);
        writer.Seal();
        var reader = new FrameReader(to.SealFor(sending: false), 1000);
        Assert.Equal(FrameStatus.Frame, reader.Read(writer.Sealed.Span, out FrameMessages messages, out _));
        Assert.True(messages.MoveNext());
        Assert.Equal("\u0001message", Encoding.ASCII.GetString(messages.Current));
    }
}
