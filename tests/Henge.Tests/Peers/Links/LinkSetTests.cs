using System.Net.Sockets;
using System.Text;

using Henge.Cluster;
using Henge.Peers.Links;
using Henge.Peers.Polling;
using Henge.Protocol.Peers;
using Henge.Tests.Peers.Doors;
using Henge.Transport.Buffers;

using Xunit;

namespace Henge.Tests.Peers.Links;

/// <summary>Links between two sets, over real sockets.</summary>
public sealed class LinkSetTests : ILinkOwner, IDisposable
{
    private const int Limit = 1 << 20;

    private readonly HengeNode _node = new();
    private readonly List<string> _received = [];
    private readonly List<DownReason?> _closed = [];
    private long _bytes;
    private bool _keeps = true;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_arrive_whole_and_in_order(bool isPortable)
    {
        (MetPeer dialled, MetPeer accepted) = await DoorNode.LinkAsync("a secret of two nodes");
        using ISocketPoll poll = isPortable ? new SelectPoll() : new EpollPoll();
        LinkSet set = Set(poll);
        PeerLink from = set.Add(dialled);
        set.Add(accepted);
        const int Count = 20_000;
        int sent = 0;
        while (_received.Count < Count)
        {
            while (sent < Count && set.TrySend(from, Encoding.ASCII.GetBytes(Text(sent)), Limit))
            {
                sent++;
            }
            Turn(set, poll, nowMs: 1);
        }

        Assert.Equal(Enumerable.Range(0, Count).Select(Text), _received);
        set.Close();
    }

    [Fact]
    public async Task A_message_of_many_megabytes_goes_through()
    {
        (MetPeer dialled, MetPeer accepted) = await DoorNode.LinkAsync();
        using ISocketPoll poll = new EpollPoll();
        LinkSet set = Set(poll);
        PeerLink from = set.Add(dialled);
        set.Add(accepted);
        _keeps = false;
        byte[] large = new byte[40 << 20];
        large[0] = 1;

        Assert.True(set.TrySend(from, large, Limit));
        Assert.False(set.TrySend(from, "more"u8, Limit));
        while (_bytes < large.Length)
        {
            Turn(set, poll, nowMs: 1);
        }

        Assert.Equal(large.Length, _bytes);
        Assert.True(set.TrySend(from, "more"u8, Limit));
        set.Close();
    }

    [Fact]
    public async Task A_reader_that_never_reads_is_given_up_and_holds_nobody_up()
    {
        (MetPeer dialled, MetPeer accepted) = await DoorNode.LinkAsync();
        (MetPeer other, MetPeer reading) = await DoorNode.LinkAsync();
        using ISocketPoll poll = new EpollPoll();
        LinkSet set = Set(poll);
        PeerLink stuck = set.Add(dialled);
        PeerLink good = set.Add(other);
        set.Add(reading);
        byte[] chunk = new byte[64 << 10];
        chunk[0] = 1;
        _keeps = false;
        for (int i = 0; i < 1000 && set.TrySend(stuck, chunk, Limit); i++)
        {
            Turn(set, poll, nowMs: 1);
        }
        Assert.False(set.TrySend(stuck, chunk, Limit));

        Assert.True(set.TrySend(good, chunk, Limit));
        while (_bytes == 0)
        {
            Turn(set, poll, nowMs: 1000);
        }
        Assert.Empty(_closed);
        Turn(set, poll, nowMs: 1 + PeerLink.StuckMs);

        Assert.Equal([DownReason.TimedOut], _closed);
        Assert.Equal(2, set.Count);
        accepted.Channel.Socket.Dispose();
        set.Close();
    }

    [Fact]
    public async Task A_forged_frame_ends_the_link()
    {
        (MetPeer dialled, MetPeer accepted) = await DoorNode.LinkAsync("a secret of two nodes");
        using ISocketPoll poll = new EpollPoll();
        LinkSet set = Set(poll);
        PeerLink link = set.Add(accepted);

        dialled.Channel.Socket.Send([.. "\x05\0\0\0\x01\0\0\0\x09"u8, .. new byte[16]]);
        while (_closed.Count == 0)
        {
            Turn(set, poll, nowMs: 1);
        }

        Assert.Equal([DownReason.Rejected], _closed);
        Assert.True(link.HasBadFrames);
        Assert.Empty(_received);
        dialled.Channel.Socket.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_end_and_the_reset_of_a_link_are_told_apart(bool isReset)
    {
        (MetPeer dialled, MetPeer accepted) = await DoorNode.LinkAsync();
        using ISocketPoll poll = new EpollPoll();
        LinkSet set = Set(poll);
        set.Add(accepted);

        dialled.Channel.Socket.LingerState = new LingerOption(isReset, 0);
        dialled.Channel.Socket.Dispose();
        while (_closed.Count == 0)
        {
            Turn(set, poll, nowMs: 1);
        }

        Assert.Equal([isReset ? DownReason.Reset : DownReason.Closed], _closed);
    }

    public void Dispose() => _node.Store.Dispose();

    void ILinkOwner.Receive(PeerLink link, FrameMessages messages)
    {
        foreach (ReadOnlySpan<byte> message in messages)
        {
            _bytes += message.Length;
            if (_keeps)
            {
                _received.Add(Encoding.ASCII.GetString(message));
            }
        }
    }

    void ILinkOwner.Closing(PeerLink link) => _closed.Add(link.Lost);

    private static string Text(int number) => $"{number} {new string('x', number % 300)}";

    private LinkSet Set(ISocketPoll poll) =>
        new(new PolledWatch(poll), this, new BufferBudget(_node.Store, _node.Options), 64 << 10);

    private static void Turn(LinkSet set, ISocketPoll poll, long nowMs)
    {
        set.Send(nowMs);
        poll.AnnounceSleep();
        foreach (PollEvent happened in poll.Wait(10))
        {
            set.Ready((PeerLink)happened.Owner, happened.CanRead, happened.CanWrite, 1 << 20, nowMs);
        }
        set.CloseLost();
    }
}
