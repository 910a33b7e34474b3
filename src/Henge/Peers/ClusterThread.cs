using System.Collections.Concurrent;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Peers.Links;
using Henge.Peers.Polling;
using Henge.Protocol.Peers;

namespace Henge.Peers;

/// <summary>
/// The thread that runs the cluster core: its links, its clock, and what others ask of it. It never waits for anything
/// but its sockets, and takes control messages before bulk.
/// </summary>
internal sealed class ClusterThread : IClusterHost, IPollWork, ILinkOwner
{
    /// <summary>Bytes that may wait on a control link: more, and its reader is not reading.</summary>
    private const int ControlPendingBytes = 1 << 20;

    /// <summary>The same for bulk, where the windows of transfers are the real bound.</summary>
    private const int BulkPendingBytes = 64 << 20;

    private const int ReceiveBytes = 256 << 10;

    /// <summary>Bytes of one bulk link in one turn, about: control messages wait no longer than this takes.</summary>
    private const int BulkTurnBytes = 256 << 10;

    private const int ControlTurnBytes = 1 << 20;
    private const int MaxSleepMs = 50;

    private readonly RingHost _ring;
    private readonly PollThread _thread;
    private readonly LinkSet _links;
    private readonly LinkKeeper _keeper;
    private readonly MemberLinks _members = new();
    private readonly ConcurrentDictionary<MemberId, bool> _connected = new();
    private PeerLink? _receiving;
    private Instant _now;

    /// <summary>Creates it; nothing runs yet.</summary>
    public ClusterThread(RingHost ring, int lanes, bool isPortable)
    {
        _ring = ring;
        _now = ring.ReadClocks();
        _thread = new PollThread("henge cluster", this, isPortable, ring.Node.Logger);
        _links = new LinkSet(new PolledWatch(_thread.Sockets), this, ring.Budget, ReceiveBytes);
        _keeper = new LinkKeeper(lanes, ring.Door.Dial);
    }

    /// <summary>Starts the core and the thread.</summary>
    public void Start()
    {
        _now = _ring.ReadClocks();
        _ring.Core.Start(_now);
        _thread.Start();
    }

    /// <summary>Ends the thread and closes its links.</summary>
    public Task StopAsync() => _thread.StopAsync();

    /// <summary>Has the core do something. Safe from any thread.</summary>
    public void Post(Action<ClusterCore, Instant> work) => _thread.Post(() => work(_ring.Core, _now));

    /// <summary>Has a control link with a member. Safe from any thread.</summary>
    public bool IsConnected(MemberId member) => _connected.ContainsKey(member);

    /// <summary>Whether any member has a control link. Safe from any thread.</summary>
    public bool HasPeers => !_connected.IsEmpty;

    /// <summary>Takes a connection whose hello is done. Safe from any thread.</summary>
    public void Join(MetPeer met) => _thread.Post(() => Take(met));

    /// <summary>A data link is up. Safe from any thread.</summary>
    public void DataLinkUp(MemberId member, int lane) => _thread.Post(() => _keeper.Up(member, LinkKind.Data, lane));

    /// <summary>A data link broke, or a link could not be dialled. Safe from any thread.</summary>
    public void LinkFailed(MemberId member, LinkKind kind, int lane) =>
        _thread.Post(() => _keeper.Down(member, kind, lane, _now.MonotonicMs));

    /// <inheritdoc/>
    public bool TrySend(MemberId to, LinkKind link, ReadOnlySpan<byte> message) =>
        _members.Find(to, link) is { } found
        && _links.TrySend(found, message, link == LinkKind.Control ? ControlPendingBytes : BulkPendingBytes);

    /// <inheritdoc/>
    public void Dial(string address) => _ring.Door.Dial(new Doors.DialRequest(address, LinkKind.Control));

    /// <inheritdoc/>
    public void Hangup(MemberId member)
    {
        _keeper.Forget(member);
        _links.LoseAll(link => link.Member.Id == member, DownReason.Closed);
        _ring.HangupData(member);
    }

    /// <inheritdoc/>
    public void Publish(ClusterSnapshot snapshot) => _ring.Publish(snapshot);

    /// <inheritdoc/>
    public void Wake() => _thread.Post(() => _ring.Core.Coherence.Teller.Send());

    /// <inheritdoc/>
    public void Report(ClusterEvent happened)
    {
        if (happened.Kind == ClusterEventKind.BadMessage)
        {
            _receiving?.Lose(DownReason.Rejected);
        }
        _ring.Report(happened);
    }

    /// <inheritdoc/>
    public int SleepMs() => (int)Math.Clamp(_ring.Core.NextTickMs - _ring.ReadClocks().MonotonicMs, 0, MaxSleepMs);

    /// <inheritdoc/>
    public void Turn(IReadOnlyList<PollEvent> ready)
    {
        _now = _ring.ReadClocks();
        _thread.RunPosted();
        Serve(ready, LinkKind.Control, ControlTurnBytes);
        Serve(ready, LinkKind.Bulk, BulkTurnBytes);
        if (_now.MonotonicMs >= _ring.Core.NextTickMs)
        {
            _ring.Core.Tick(_now);
        }
        _keeper.Tick(_now.MonotonicMs);
        do
        {
            _links.Send(_now.MonotonicMs);
        }
        while (_links.CloseLost());
        _ring.SetReady(_ring.Core.IsReady);
    }

    /// <inheritdoc/>
    public void End() => _links.Close();

    /// <inheritdoc/>
    public void Receive(PeerLink link, FrameMessages messages)
    {
        foreach (ReadOnlySpan<byte> message in messages)
        {
            if (link.Lost is null)
            {
                Receive(link, message);
            }
        }
    }

    private void Receive(PeerLink link, ReadOnlySpan<byte> message)
    {
        MemberId from = link.Member.Id;
        if (link.Kind == LinkKind.Control && message[0] == (byte)MessageKind.Interest)
        {
            if (_ring.Node.Messages is { } messages && !messages.Receive(from, message))
            {
                link.Lose(DownReason.Rejected);
            }
            return;
        }
        _receiving = link;
        _ring.Core.Receive(from, link.Kind, message, _now);
        _receiving = null;
    }

    /// <inheritdoc/>
    public void Closing(PeerLink link)
    {
        _ring.CountLost(link);
        MemberId member = link.Member.Id;
        bool isLast = _members.Remove(link);
        if (link.Kind == LinkKind.Bulk && link.Dialled is not null && !link.IsReplaced)
        {
            _keeper.Down(member, LinkKind.Bulk, 0, _now.MonotonicMs);
        }
        if (!isLast || link.IsReplaced)
        {
            return;
        }
        _ring.Core.LinkDown(member, link.Kind, link.Lost ?? DownReason.Closed, _now);
        if (link.Kind == LinkKind.Control)
        {
            _keeper.Forget(member);
            _connected.TryRemove(member, out _);
            _ring.Node.Messages?.LinkDown(member);
        }
    }

    private void Serve(IReadOnlyList<PollEvent> ready, LinkKind kind, int most)
    {
        foreach (PollEvent happened in ready)
        {
            var link = (PeerLink)happened.Owner;
            if (link.Kind == kind && link.Lost is null)
            {
                _links.Ready(link, happened.CanRead, happened.CanWrite, most, _now.MonotonicMs);
            }
        }
    }

    // It hears why: a former process that takes its peers for dead would serve its clients what it had for ever. A
    // refusal in the hello would not do, since everybody can send one.
    private void TurnAway(MetPeer met)
    {
        PeerLink link = _links.Add(met);
        link.IsReplaced = true;
        if (met.Kind == LinkKind.Control)
        {
            _links.TrySend(link, _ring.Core.LastWords(_now), ControlPendingBytes);
            _links.Send(_now.MonotonicMs);
        }
        _links.Lose(link, DownReason.Closed);
    }

    private void Take(MetPeer met)
    {
        MemberId member = met.Member.Id;
        if (_members.BootOf(member) is { } known && known != met.Member.Boot)
        {
            if (known.CompareTo(met.Member.Boot) > 0)
            {
                // A process that was superseded, or a connection that took very long: the newer one is there already.
                TurnAway(met);
                return;
            }
            _links.LoseAll(link => link.Member.Id == member, DownReason.Reset);
            while (_links.CloseLost())
            {
            }
        }
        bool isFirst = _members.Find(member, met.Kind) is null;
        PeerLink link = _links.Add(met);
        if (_members.Put(link) is { } old)
        {
            old.IsReplaced = true;
            _links.Lose(old, DownReason.Closed);
        }
        if (met.Kind == LinkKind.Control)
        {
            _connected[member] = true;
            _keeper.Keep(met.Member);
        }
        else if (met.Dialled is not null)
        {
            _keeper.Up(member, LinkKind.Bulk, 0);
        }
        _ring.Core.LinkUp(met.Member, met.Kind, met.Dialled, _now);
        if (met.Kind == LinkKind.Control && isFirst)
        {
            _ring.Node.Messages?.LinkUp(member);
        }
    }
}
