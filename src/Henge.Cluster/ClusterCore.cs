using Henge.Cluster.FirstLevels;
using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Repairs;
using Henge.Cluster.Rings;
using Henge.Cluster.Tags;
using Henge.Storage;

namespace Henge.Cluster;

/// <summary>
/// One node's part in the ring: membership, views, handoff and repair. It does no I/O and reads no clock; one thread
/// calls it, with everything that happens and with <see cref="Tick"/>. What the loops need of it is in
/// <see cref="Snapshot"/> and <see cref="Shared"/>.
/// </summary>
internal sealed class ClusterCore
{
    private const int LongestTickMs = 50;

    // Flags of leftovers change often while slots settle and are needed for SCAN alone.
    private const int LazyPublishMs = 20;

    private readonly ClusterOptions _options;
    private readonly Store _store;
    private readonly IClusterHost _host;
    private readonly Membership _membership;
    private readonly Handoff _handoff;
    private readonly SnapshotMaker _maker;
    private readonly Repair _repair;
    private readonly TombstoneKeeper _tombstones;
    private readonly PauseGuard _guard;
    private readonly RingFlush _flush;

    // 8 bytes for each change of the ring in the life of the process.
    private readonly HashSet<ViewId> _adopted = [];

    private long _seenMembers = -1;
    private long _seenDuties = -1;
    private long _seenBoard = -1;
    private long _publishedMs;
    private bool _hasExchanged;
    private bool _hasJoined;
    private bool _isLeaving;
    private bool _hasLeft;

    /// <summary>Creates the core of a node; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="options">Its parameters.</param>
    /// <param name="self">The node as it describes itself, in phase Joining.</param>
    /// <param name="store">The node's entries.</param>
    /// <param name="host">Its surroundings.</param>
    /// <param name="seed">Of its random choices.</param>
    public ClusterCore(ClusterOptions options, Member self, Store store, IClusterHost host, ulong seed)
    {
        (_options, _store, _host) = (options, store, host);
        _membership = new Membership(options, self, host, seed);
        Coherence = new Coherence(options, self, store, Shared, host);
        Tags = new RingTags(options, store, _membership, host, seed);
        _flush = new RingFlush(store, _membership, Coherence);
        _handoff = new Handoff(options, store, host, _membership, Coherence, Tags.Exchange);
        _maker = new SnapshotMaker(_membership, _handoff);
        _repair = new Repair(options, store, host, _membership, _handoff, Shared);
        _tombstones = new TombstoneKeeper(options, store, _membership);
        Restoration = new Restoration(store, _membership, _handoff, Tags, _tombstones, Shared);
        _guard = new PauseGuard(options, Shared, _membership, host);
        Snapshot = _maker.Make();
    }

    /// <summary>What the lanes go by; never null.</summary>
    public ClusterSnapshot Snapshot { get; private set; }

    /// <summary>What the lanes and the core tell each other.</summary>
    public LaneShared Shared { get; } = new();

    /// <summary>Keeps first levels coherent; in parts for any thread.</summary>
    public Coherence Coherence { get; }

    /// <summary>Invalidation by tag.</summary>
    public RingTags Tags { get; }

    /// <summary>Reading back what an earlier run held.</summary>
    public Restoration Restoration { get; }

    /// <summary>When <see cref="Tick"/> has something to do next, on the monotonic clock; at most 50 ms away.</summary>
    public long NextTickMs { get; private set; }

    /// <summary>Whether it belongs to a ring (perhaps of one) and serves: gates readiness.</summary>
    public bool IsReady { get; private set; }

    /// <summary>
    /// Whether a later process has this node's identity: this one is out of the ring for good and should be stopped.
    /// </summary>
    public bool IsOvertaken => _membership.IsOvertaken;

    /// <summary>Dials the seeds; without any, or when none answers in time, begins a ring of its own.</summary>
    public void Start(Instant now)
    {
        _guard.Start(now);
        _membership.Start(now);
        Follow(now);
    }

    /// <inheritdoc cref="Membership.Discovered"/>
    public void Discovered(IReadOnlyCollection<string> addresses, bool hasAnswered, Instant now)
    {
        _tombstones.Named(addresses);
        _membership.Discovered(addresses, hasAnswered, now);
        Follow(now);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(Instant now)
    {
        _guard.Tick(now);
        _membership.Tick(now);
        Follow(now);
        long next = IsOvertaken ? long.MaxValue : Math.Min(_handoff.Tick(now), _repair.Tick(now));
        _tombstones.Tick(_handoff.IsInSync, atOnce: false, now);
        Coherence.Tick(now);
        Tags.Tick(now);
        Follow(now);
        NextTickMs = Math.Min(Math.Min(next, _membership.NextTickMs), now.MonotonicMs + LongestTickMs);
    }

    /// <summary>A link with a member is up; the first of a kind, or one more.</summary>
    /// <param name="peer">The member as it described itself in the hello.</param>
    /// <param name="link">Which link.</param>
    /// <param name="dialled">The address that was dialled; null when the peer dialled.</param>
    /// <param name="now">Now.</param>
    public void LinkUp(Member peer, LinkKind link, string? dialled, Instant now)
    {
        if (dialled is not null)
        {
            _tombstones.Met(dialled);
        }
        _membership.LinkUp(peer, link, dialled, now);
        if (link == LinkKind.Control)
        {
            Tags.LinkUp(peer.Id);
        }
        Follow(now);
        _handoff.LinkUp(peer.Id, link, now);
        if (link == LinkKind.Control)
        {
            Coherence.LinkUp(peer.Id);
        }
        Follow(now);
    }

    /// <summary>The last link of a kind with a member is down.</summary>
    public void LinkDown(MemberId peer, LinkKind link, DownReason reason, Instant now)
    {
        _membership.LinkDown(peer, link, reason, now);
        _handoff.LinkDown(peer, link, now);
        _repair.LinkDown(peer);
        if (link == LinkKind.Control)
        {
            Coherence.LinkDown(peer);
            Tags.LinkDown(peer);
        }
        Follow(now);
    }

    /// <inheritdoc cref="Membership.LastWords"/>
    public ReadOnlySpan<byte> LastWords(Instant now) => _membership.LastWords(now);

    /// <summary>A dial came to nothing.</summary>
    public void DialFailed(string address, DownReason reason, Instant now)
    {
        if (reason == DownReason.Self)
        {
            _tombstones.Met(address);
        }
        _membership.DialFailed(address, reason, now);
        Follow(now);
    }

    /// <summary>A message came on a control or bulk link.</summary>
    public void Receive(MemberId from, LinkKind link, ReadOnlySpan<byte> message, Instant now)
    {
        var reader = new MessageReader(message);
        MessageKind kind = reader.Kind();
        if (_membership.Receive(from, kind, ref reader, now))
        {
            _hasExchanged |= kind is MessageKind.PushPull or MessageKind.PushPullReply;
            if (_membership.Version != _seenMembers)
            {
                // When many come or go at once, so does the news: what has arrived by now makes one view, not many.
                NextTickMs = now.MonotonicMs;
                return;
            }
        }
        else
        {
            // Everything else is taken by the view that the news before it makes.
            Follow(now);
            if (!Take(from, kind, ref reader, now))
            {
                _host.Report(new ClusterEvent(
                    ClusterEventKind.BadMessage, _membership.Members.GetValueOrDefault(from),
                    $"{kind} of {message.Length} bytes on the {link} link"));
            }
        }
        Follow(now);
    }

    /// <summary>A lane has settled its writes under way for a snapshot.</summary>
    public void Quiesced(int lane, long snapshotNumber, Instant now)
    {
        _handoff.Quiesced(lane, snapshotNumber, now);
        Follow(now);
    }

    /// <summary>
    /// Begins to leave: hands everything over, then reports <see cref="ClusterEventKind.LeaveDone"/>.
    /// </summary>
    public void Leave(Instant now)
    {
        if (!_isLeaving && !_membership.Members.Values.Any(other =>
            other.Id != _membership.Self.Id && other.State is (MemberState.Alive or MemberState.Suspect)))
        {
            // Nobody is there to take over: what it still owns it serves until the end.
            (_isLeaving, _hasLeft) = (true, true);
            _host.Report(new ClusterEvent(ClusterEventKind.LeaveDone, _membership.Self));
        }
        else if (!_isLeaving)
        {
            _isLeaving = true;
            _membership.SetPhase(MemberPhase.Leaving, now);
            Follow(now);
        }
    }

    /// <summary>Figures for status, INFO and metrics.</summary>
    public ClusterStatus Status(Instant now) => new()
    {
        View = _handoff.View,
        Members = [.. _membership.Members.Values.OrderBy(member => member.Name, StringComparer.Ordinal)
            .ThenBy(member => member.Id)],
        OwnedSlots = _handoff.Duties.Owned,
        ReplicaSlots = _handoff.Duties.Replicated,
        LoadingSlots = _handoff.Duties.Unsettled,
        Transfers = TransferStatus.Of(_handoff.Puller, _handoff.Pusher),
        RoundTripMicroseconds = _membership.RoundTripMicroseconds,
        ClockSkewMs = _membership.ClockSkewMs,
        Repaired = _repair.Repaired,
        TopologyMisses = Shared.TopologyMisses,
        Views = _handoff.Views,
        FlushVersion = _membership.FlushVersion,
    };

    /// <summary>
    /// Deletes everything in the whole ring: raises the flush version here and tells all members, absent ones when they
    /// are back. Returns it.
    /// </summary>
    public ulong FlushAll(Instant now)
    {
        ulong version = _flush.All(now);
        Follow(now);
        return version;
    }

    // False when a message makes no sense. Kinds that this version does not know are passed over.
    private bool Take(MemberId from, MessageKind kind, ref MessageReader reader, Instant now)
    {
        switch (kind)
        {
            case MessageKind.Holdings:
                return _handoff.ReceiveHoldings(from, ref reader, now);
            case MessageKind.Settled:
                return _handoff.ReceiveSettled(from, ref reader);
            case MessageKind.Pull:
                NextTickMs = now.MonotonicMs;
                return _handoff.Pusher.ReceivePull(from, ref reader, _handoff.Holds, now);
            case MessageKind.Chunk:
                return TakeChunk(from, ref reader, now);
            case MessageKind.ChunkAck:
                NextTickMs = now.MonotonicMs;
                return _handoff.Pusher.ReceiveAck(from, ref reader, now);
            case MessageKind.PullDone:
                if (_handoff.Puller.ReceiveDone(from, ref reader, out bool isRefused, now) is { } pull)
                {
                    _handoff.PullDone(pull, isRefused, now);
                }
                return !reader.Failed;
            case MessageKind.Digests:
                return _repair.ReceiveDigests(from, ref reader);
            case MessageKind.Differences:
                return _repair.ReceiveDifferences(from, ref reader, now);
            case MessageKind.SlotKeys:
                return _repair.ReceiveKeys(from, ref reader);
            case MessageKind.WantKeys:
                return _repair.ReceiveWants(from, ref reader, now);
            case MessageKind.Sync or MessageKind.Invalidate or MessageKind.Synced:
                return Coherence.Receive(from, kind, ref reader, now);
            case >= MessageKind.TagClock and <= MessageKind.TagPart:
                return Tags.Receive(from, kind, ref reader, now);
            default:
                return kind != MessageKind.None;
        }
    }

    // Chunks of pulls and of repair look alike; those of repair belong to no pull.
    private bool TakeChunk(MemberId from, ref MessageReader reader, Instant now)
    {
        uint pull = reader.UInt32();
        uint number = reader.UInt32();
        byte progress = reader.Byte();
        if (reader.Failed)
        {
            return false;
        }
        return pull == Shipper.NoPull
            ? _repair.ReceiveChunk(ref reader, now)
            : _handoff.Puller.ReceiveChunk(from, pull, number, progress, ref reader, now);
    }

    // What follows from what just happened: readiness, a flush, tags, a new view, a new snapshot, the end of leaving.
    private void Follow(Instant now)
    {
        BecomeReady(now);
        _flush.Follow(now);
        Tags.Follow(now);
        _guard.HoldBack(Tags.Exchange.IsBehind, now);
        _handoff.FollowTags(now);
        if (_membership.Version != _seenMembers)
        {
            _seenMembers = _membership.Version;
            if (RingKey.IsSame(_handoff.View, _membership.Members))
            {
                _handoff.MembersChanged(now);
            }
            else
            {
                _handoff.Adopt(NextView(now), now);
            }
            _tombstones.Tick(_handoff.IsInSync, atOnce: true, now);
            Publish(now);
            // Behind the snapshot: who fetches after this goes by the new one.
            Coherence.ViewChanged();
        }
        else if (_handoff.Version != _seenDuties
            || (_handoff.BoardVersion != _seenBoard && now.MonotonicMs - _publishedMs >= LazyPublishMs))
        {
            Publish(now);
        }
        IsReady = _membership.Self.Phase == MemberPhase.Ready && _handoff.HasPlanned && !_isLeaving;
        if (_isLeaving && !_hasLeft && (_handoff.Views == 0 || _handoff.IsHandedOver))
        {
            _hasLeft = true;
            _membership.Leave(now);
            _host.Report(new ClusterEvent(
                ClusterEventKind.LeaveDone, _membership.Self, Amount: _handoff.View.Members.Count));
        }
    }

    // The members of an earlier view may be those in the ring again, once who was there meanwhile has gone. What they
    // held then is not what they are to hold now, so it must be another view: this node gives itself a new incarnation.
    private RingView NextView(Instant now)
    {
        RingView view = RingView.Create(_membership.Members.Values, _options.Copies);
        if (!_adopted.Add(view.Id) && view.PlaceOf(_membership.Self.Id) >= 0)
        {
            _membership.Touch(now);
            _seenMembers = _membership.Version;
            view = RingView.Create(_membership.Members.Values, _options.Copies);
            _adopted.Add(view.Id);
        }
        return view;
    }

    private void BecomeReady(Instant now)
    {
        if (_hasJoined || _isLeaving || !_membership.KnowsOfRingOrGivesUp)
        {
            return;
        }
        bool isAlone = !_membership.Members.Values.Any(
            member => member.Id != _membership.Self.Id && member.State == MemberState.Alive);
        if (isAlone || _hasExchanged)
        {
            _hasJoined = true;
            _membership.SetPhase(MemberPhase.Ready, now);
        }
    }

    private void Publish(Instant now)
    {
        (_seenDuties, _seenBoard, _publishedMs) = (_handoff.Version, _handoff.BoardVersion, now.MonotonicMs);
        Snapshot = _maker.Make();
        _host.Publish(Snapshot);
        _handoff.Published(Snapshot.Number, now);
        if (_handoff.Version != _seenDuties)
        {
            Publish(now);
        }
    }
}
