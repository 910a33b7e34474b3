using System.Net;
using System.Net.Sockets;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Peers.Doors;
using Henge.Peers.Links;
using Henge.Protocol.Peers.Hellos;
using Henge.Tests.Protocol.Peers;

using Xunit;

using static Henge.Tests.Peers.Doors.DoorNode;

namespace Henge.Tests.Peers.Doors;

/// <summary>Who gets in at the door, who does not, and that nobody holds it up. RELIABILITY, group G.</summary>
public sealed class PeerDoorTests
{
    private const string Secret = "a secret of two nodes";

    [Theory]
    [InlineData(null, false)]
    [InlineData(Secret, false)]
    [InlineData(Secret, true)]
    public async Task Two_nodes_meet(string? secret, bool isPortable)
    {
        await using var a = new DoorNode(Hellos.A, secret, isPortable);
        await using var b = new DoorNode(Hellos.B, secret, isPortable);

        a.Door.Dial(new DialRequest($"localhost:{b.Port}", LinkKind.Data, Lane: 3, new MemberId(Hellos.B.Node)));

        MetPeer dialled = Take(a.MetPeers);
        MetPeer accepted = Take(b.MetPeers);
        Assert.Equal((LinkKind.Data, 3, $"localhost:{b.Port}"), (dialled.Kind, dialled.Lane, dialled.Dialled));
        Assert.Equal((LinkKind.Data, null), (accepted.Kind, accepted.Dialled));
        Assert.Equal((Hellos.B.Address, Hellos.A.Address), (dialled.Member.Address, accepted.Member.Address));
        Assert.Equal(Hellos.A.Incarnation, accepted.Member.Incarnation);
        dialled.Channel.Socket.Dispose();
        accepted.Channel.Socket.Dispose();
    }

    [Theory]
    [InlineData("another secret", (int)Refusal.WrongSecret)]
    [InlineData(null, (int)Refusal.SecretNeeded)]
    public async Task Without_the_secret_nobody_gets_in(string? secret, int expected)
    {
        await using var a = new DoorNode(Hellos.A, secret);
        await using var b = new DoorNode(Hellos.B, Secret);

        a.Door.Dial(new DialRequest(b.Address, LinkKind.Control));

        Assert.Equal((DownReason.Rejected, (Refusal)expected, true), Take(a.Failed));
        Assert.Equal((Refusal)expected, Take(b.Strangers));
        Assert.Empty(b.MetPeers);
    }

    [Fact]
    public async Task A_node_that_dials_itself_finds_out()
    {
        await using var a = new DoorNode(Hellos.A, Secret);

        a.Door.Dial(new DialRequest(a.Address, LinkKind.Control));

        Assert.Equal((DownReason.Self, Refusal.Self, true), Take(a.Failed));
    }

    [Fact]
    public async Task Another_node_than_expected_gets_no_link()
    {
        await using var a = new DoorNode(Hellos.A);
        await using var b = new DoorNode(Hellos.B);

        a.Door.Dial(new DialRequest(b.Address, LinkKind.Bulk, 0, new MemberId(77)));

        Assert.Equal((DownReason.Rejected, Refusal.SameIdentity, false), Take(a.Failed));
        Take(b.MetPeers).Channel.Socket.Dispose();
    }

    [Fact]
    public async Task Where_nobody_listens_the_dial_is_refused_and_may_be_repeated()
    {
        await using var a = new DoorNode(Hellos.A);
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var request = new DialRequest($"127.0.0.1:{((IPEndPoint)closed.LocalEndPoint!).Port}", LinkKind.Control);

        for (int i = 0; i < 2; i++)
        {
            a.Door.Dial(request);
            Assert.Equal((DownReason.Refused, Refusal.None, false), Take(a.Failed));
        }
    }

    [Fact]
    public async Task Many_nodes_behind_one_name_are_found_at_once()
    {
        await using var a = new DoorNode(Hellos.A);
        await using var b = new DoorNode(Hellos.B);
        LinkKind[] kinds = [LinkKind.Control, LinkKind.Bulk, LinkKind.Data];

        foreach (LinkKind kind in kinds)
        {
            a.Door.Dial(new DialRequest($"localhost:{b.Port}", kind));
        }

        Assert.Equal(kinds, kinds.Select(_ => Take(a.MetPeers).Kind).Order());
        Assert.Empty(a.Failed);
    }

    [Fact]
    public async Task An_unknown_name_fails_the_dial()
    {
        await using var a = new DoorNode(Hellos.A);

        a.Door.Dial(new DialRequest("no-such-host.invalid:7400", LinkKind.Control));

        Assert.Equal(Refusal.None, Take(a.Failed).Refusal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0HNG")]
    [InlineData("\0HNG\x01\0\x10\0abc")]
    public async Task A_slow_hello_is_closed_in_a_second(string sent)
    {
        await using var b = new DoorNode(Hellos.B, Secret);
        long before = Environment.TickCount64;
        using Socket stranger = await StrangerAsync(b, sent);

        int count = await stranger.ReceiveAsync(new byte[10], SocketFlags.None);

        Assert.Equal(0, count);
        Assert.InRange(Environment.TickCount64 - before, PeerDoor.StepMs - 300, 20_000);
        Take(b.Strangers);
        Assert.Empty(b.MetPeers);
    }

    [Theory]
    [InlineData("\0HNG\x01\0\xff\x7f")]
    [InlineData("\0HNX\x01\0\x01\0")]
    [InlineData("\0HNG\x03\0\x00\0")]
    [InlineData("\0HNG\x01\0\x02\0ab")]
    public async Task What_is_no_hello_is_refused_at_once(string sent)
    {
        await using var b = new DoorNode(Hellos.B, Secret);
        using Socket stranger = await StrangerAsync(b, sent);
        byte[] answer = new byte[100];

        int count = await stranger.ReceiveAsync(answer, SocketFlags.None);

        Assert.Equal(HelloMessage.Of(HelloKind.Refused, [(byte)Refusal.Malformed]), answer[..count]);
        Assert.Equal(Refusal.Malformed, Take(b.Strangers));
    }

    [Fact]
    public async Task Strangers_have_few_places_and_leave_them_soon()
    {
        await using var b = new DoorNode(Hellos.B, Secret);
        var strangers = new List<Socket>();
        for (int i = 0; i < PeerDoor.MaxStrangers + 5; i++)
        {
            strangers.Add(await StrangerAsync(b, ""));
        }
        foreach (Socket stranger in strangers)
        {
            Assert.Equal(0, await stranger.ReceiveAsync(new byte[10], SocketFlags.None));
            stranger.Dispose();
        }

        Assert.InRange(b.SentAway, 1, 5);
        await using var a = new DoorNode(Hellos.A, Secret);
        a.Door.Dial(new DialRequest(b.Address, LinkKind.Control));
        Take(a.MetPeers).Channel.Socket.Dispose();
        Take(b.MetPeers).Channel.Socket.Dispose();
    }

    private static async Task<Socket> StrangerAsync(DoorNode node, string sent)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, node.Port);
        await socket.SendAsync(System.Text.Encoding.Latin1.GetBytes(sent), SocketFlags.None);
        return socket;
    }
}
