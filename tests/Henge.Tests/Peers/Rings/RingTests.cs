using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Peers;
using Henge.Peers.Doors;
using Henge.Peers.Links;
using Henge.Tests.Peers.Doors;
using Henge.Tests.Transport;

using Xunit;

using static Henge.Tests.Peers.Rings.LiveRing;

namespace Henge.Tests.Peers.Rings;

/// <summary>Nodes with real threads and sockets form a ring; each transport runs all of it.</summary>
public abstract class RingTests
{
    protected abstract TransportKind Kind { get; }

    [Fact]
    public async Task A_node_without_peers_is_a_ring_of_its_own_at_once()
    {
        await using HengeNode node = await TransportHost.StartAsync(Kind);

        await TransportHost.UntilAsync(() => node.Ready);

        Assert.True(RingOf(node).Snapshot.IsAlone);
        Assert.Equal(SelfOf(node).Id.ToString(), node.NodeIdText);
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(3, "a secret of a few nodes")]
    public async Task Nodes_find_each_other_and_agree(int count, string? secret)
    {
        await using LiveRing ring = await StartAsync(Kind, count, options =>
        {
            if (secret is not null)
            {
                options.ClusterSecrets.Add(secret);
            }
        });

        foreach (HengeNode node in ring.Nodes)
        {
            Assert.Equal(
                ring.Nodes.Select(AddressOf).Order(),
                RingOf(node).Snapshot.View.Members.Select(static member => member.Address).Order());
        }
    }

    [Fact]
    public async Task Every_lane_reaches_every_node()
    {
        await using LiveRing ring = await StartAsync(Kind, 3);
        foreach (HengeNode node in ring.Nodes)
        {
            node.Requests.Add(
                RequestKind.Commands, static (_, _, request) => new EchoOperation(request.ToArray(), null));
        }
        foreach (HengeNode node in ring.Nodes)
        {
            foreach (RingLane lane in node.Ring!.Lanes)
            {
                foreach (HengeNode target in ring.Nodes.Where(other => other != node))
                {
                    Assert.Equal("hello", await EchoOperation.AskAsync(lane, SelfOf(target).Id, "hello"));
                }
            }
        }
    }

    [Fact]
    public async Task Links_that_are_cut_come_back()
    {
        await using LiveRing ring = await StartAsync(Kind, 2);
        HengeNode a = ring.Nodes[0];
        MemberId b = SelfOf(ring.Nodes[1]).Id;
        ring.Nodes[1].Requests.Add(
            RequestKind.Commands, static (_, _, request) => new EchoOperation(request.ToArray(), null));
        RingLane lane = a.Ring!.Lanes[0];
        Assert.Equal("1", await EchoOperation.AskAsync(lane, b, "1"));

        RingOf(a).HangupData(b);

        Assert.Equal("2", await EchoOperation.AskAsync(lane, b, "2"));
        await ring.AgreeAsync();
    }

    [Fact]
    public async Task A_stranger_that_proves_itself_and_never_reads_isolates_only_itself()
    {
        const string Secret = "a secret of a few nodes";
        await using LiveRing ring = await StartAsync(Kind, 2, static options => options.ClusterSecrets.Add(Secret));
        HengeNode a = ring.Nodes[0];
        await using var mute = new DoorNode(
            RingOf(a).Describe(LinkKind.Control) with { Node = 99, Boot = 1, Name = "mute", Address = "127.0.0.1:9" },
            Secret);

        mute.Door.Dial(new DialRequest(AddressOf(a), LinkKind.Control));
        MetPeer met = DoorNode.Take(mute.MetPeers);

        using RawClient client = await RawClient.ConnectAsync(a);
        Assert.Equal("+PONG", await client.CallAsync(TransportHost.Ping));
        await TransportHost.UntilAsync(() => a.Ready && RingOf(a).Snapshot.View.Members.Count == 2);
        met.Channel.Socket.Dispose();
    }

    [Fact]
    public async Task Unknown_messages_are_passed_over_and_forged_frames_end_their_link()
    {
        await using LiveRing ring = await StartAsync(Kind, 1);
        HengeNode a = ring.Nodes[0];
        await using var other = new DoorNode(
            RingOf(a).Describe(LinkKind.Control) with { Node = 99, Boot = 1, Name = "other", Address = "127.0.0.1:9" });
        other.Door.Dial(new DialRequest(AddressOf(a), LinkKind.Bulk));
        MetPeer met = DoorNode.Take(other.MetPeers);
        var writer = new Henge.Protocol.Peers.FrameWriter(met.Sending);
        for (int kind = 100; kind < 256; kind++)
        {
            writer.Append([(byte)kind, 1, 2, 3]);
        }
        writer.Seal();
        byte[] frame = writer.Sealed.ToArray();
        met.Channel.Socket.Send(frame);
        Assert.Equal(0, RingOf(a).Counters.BadFrames);

        met.Channel.Socket.Send(frame);

        await TransportHost.UntilAsync(() => RingOf(a).Counters.BadFrames == 1);
        Assert.True(a.Ready);
        met.Channel.Socket.Dispose();
    }

    [Fact]
    public async Task A_node_that_leaves_is_gone_from_the_view_at_once()
    {
        await using LiveRing ring = await StartAsync(Kind, 3, static o => o.LeaveTimeout = TimeSpan.FromSeconds(20));
        HengeNode leaver = ring.Nodes[2];
        ring.Nodes.Remove(leaver);

        await leaver.StopAsync(CancellationToken.None);

        await ring.AgreeAsync();
        Assert.All(ring.Nodes, node => Assert.Equal(
            MemberState.Left, RingOf(node).Snapshot.Members[SelfOf(leaver).Id].State));
        await leaver.DisposeAsync();
    }

    [Fact]
    public async Task Of_two_processes_with_one_identity_the_former_learns_that_it_is_out()
    {
        await using LiveRing ring = await StartAsync(Kind, 3);
        HengeNode former = ring.Nodes[2];
        ring.Nodes.Remove(former);

        HengeNode later = await ring.AddAsync();

        Assert.Equal(SelfOf(former).Id, SelfOf(later).Id);
        await ring.AgreeAsync();
        await TransportHost.UntilAsync(() => RingOf(former).Core.IsOvertaken);
        Assert.False(former.Ready);
        await former.DisposeAsync();
    }

    [Fact]
    public async Task Nodes_of_different_clusters_or_secrets_stay_apart()
    {
        await using LiveRing ring = await StartAsync(Kind, 1);
        await using HengeNode other = await TransportHost.StartAsync(Kind, options =>
        {
            options.Name = "other";
            options.ClusterName = "other";
            options.Peers.Add(AddressOf(ring.Nodes[0]));
        });

        await TransportHost.UntilAsync(() => other.Ready && RingOf(ring.Nodes[0]).Counters.TurnedAway > 0);

        Assert.True(RingOf(other).Snapshot.IsAlone);
        Assert.True(RingOf(ring.Nodes[0]).Snapshot.IsAlone);
    }
}
