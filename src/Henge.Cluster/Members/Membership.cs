using Henge.Cluster.Members.Dials;
using Henge.Cluster.Members.Probes;
using Henge.Cluster.Members.Reports;
using Henge.Cluster.Members.Rumours;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Members;

/// <summary>
/// Who is in the ring, as this node knows it: SWIM with Lifeguard's refinements over links (docs/membership.md). One
/// thread; no I/O, no clock.
/// </summary>
internal sealed class Membership
{
    // Timers are looked at so often; nothing here needs more.
    private const int TurnMs = 50;

    private readonly ClusterOptions _options;
    private readonly IClusterHost _host;
    private readonly Roster _roster;
    private readonly Awareness _awareness = new();
    private readonly Gossip _gossip;
    private readonly Dialer _dialer;
    private readonly OwnRecord _own;
    private readonly Beliefs _beliefs;
    private readonly Prober _prober;
    private readonly RingSearch _search;

    /// <summary>Creates the membership of a node; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="options">Its parameters.</param>
    /// <param name="self">The node as it describes itself.</param>
    /// <param name="host">Its surroundings.</param>
    /// <param name="seed">Of its random choices.</param>
    public Membership(ClusterOptions options, Member self, IClusterHost host, ulong seed)
    {
        if (!ReportCodec.IsSound(self))
        {
            throw new ArgumentException("an address, name, zone or weight is out of range", nameof(self));
        }
        var chance = new Chance(seed);
        _options = options;
        _host = host;
        _roster = new Roster(self);
        _gossip = new Gossip(options, _roster, host, chance);
        _dialer = new Dialer(options, _roster, host, chance);
        _search = new RingSearch(options, _roster, _dialer);
        _own = new OwnRecord(options, _roster, _gossip, host);
        _beliefs = new Beliefs(options, _roster, _own, _gossip, _dialer, _awareness, host);
        _prober = new Prober(options, _roster, _beliefs, _awareness, host, chance);
    }

    /// <summary>This node's record in force.</summary>
    public Member Self => _roster.Self;

    /// <summary>All that are remembered, this node included: a snapshot, replaced and never mutated.</summary>
    public IReadOnlyDictionary<MemberId, Member> Members => _roster.Members;

    /// <summary>Counts up when anything in <see cref="Members"/> changed.</summary>
    public long Version => _roster.Version;

    /// <inheritdoc cref="RingSearch.IsOver"/>
    public bool KnowsOfRingOrGivesUp => _search.IsOver;

    /// <summary>When <see cref="Tick"/> has to be called again, on the monotonic clock.</summary>
    public long NextTickMs { get; private set; }

    /// <summary>Versions up to this one are flushed in the whole ring; it only rises. Setting it tells all.</summary>
    public ulong FlushVersion
    {
        get => _gossip.FlushVersion;
        set => _gossip.Flush(value, true);
    }

    /// <inheritdoc cref="Gossip.RingSinceMs"/>
    public long RingSinceMs => _gossip.RingSinceMs;

    /// <summary>Whether no remembered member is dead or suspect; those that left do not count.</summary>
    public bool AllRememberedAlive =>
        _roster.Peers.All(p => p.Record.State is MemberState.Alive or MemberState.Left);

    /// <summary>Whether everybody probed by <see cref="Verify"/> has answered or is not alive any more.</summary>
    public bool IsVerified => _prober.IsVerified;

    /// <inheritdoc cref="OwnRecord.IsOvertaken"/>
    public bool IsOvertaken => _own.IsOvertaken;

    /// <summary>Round trips of probes by member: the smoothed mean, of a clock that counts milliseconds.</summary>
    public IReadOnlyDictionary<MemberId, long> RoundTripMicroseconds =>
        Measured().ToDictionary(p => p.Id, p => p.Clock.RoundTripUs);

    /// <summary>Clocks of members against this node's; positive: ahead.</summary>
    public IReadOnlyDictionary<MemberId, long> ClockSkewMs =>
        Measured().ToDictionary(p => p.Id, p => p.Clock.SkewMs);

    /// <summary>Begins to dial the seeds.</summary>
    public void Start(Instant now)
    {
        _search.Start(now);
        _dialer.Start(now);
        Tick(now);
    }

    /// <summary>Discovery says who may be a member, all it names now, and whether that is its answer yet.</summary>
    public void Discovered(IReadOnlyCollection<string> addresses, bool hasAnswered, Instant now)
    {
        _dialer.Discovered(addresses, now);
        _search.Answered(hasAnswered, now);
        Finish(now);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(Instant now)
    {
        NextTickMs = now.MonotonicMs + TurnMs;
        if (IsOvertaken)
        {
            return;
        }
        long silenceMs = SuspicionTime.ShortestMs(_options.SuspicionMs, _roster.Living);
        long gapMs = _awareness.Turn(now.MonotonicMs, _options.ProbeTimeoutMs, silenceMs);
        if (gapMs > 0)
        {
            _prober.Forget();
            _beliefs.Extend(gapMs);
        }
        _prober.Tick(now);
        _beliefs.Tick(now);
        _own.Tick(now.MonotonicMs);
        _gossip.Tick(now.MonotonicMs);
        Finish(now);
    }

    /// <summary>A link with a member is up.</summary>
    public void LinkUp(Member peer, LinkKind link, string? dialled, Instant now)
    {
        if (link != LinkKind.Control || IsOvertaken)
        {
            return;
        }
        if (peer.Id == Self.Id)
        {
            MeetNamesake(peer, dialled, now);
            return;
        }
        Member claim = peer with { State = MemberState.Alive };
        if (!ReportCodec.IsSound(claim))
        {
            _host.Report(new ClusterEvent(ClusterEventKind.BadMessage, peer, "its hello is out of range"));
            _host.Hangup(peer.Id);
            return;
        }
        _beliefs.Learn(new MemberReport(claim), peer.Id, true, now);
        if (_roster.Find(peer.Id) is not { } known)
        {
            return;
        }
        if (peer.Boot.CompareTo(known.Record.Boot) < 0)
        {
            if (known.IsConnected && known.LinkBoot != peer.Boot)
            {
                // Two processes of one identity, and this is the older: the host closes the older one's links.
                _host.Hangup(peer.Id);
                return;
            }
            // The later process may be gone, and its clock was ahead. If it is not, it will refute.
            _beliefs.Accuse(known, false, now);
        }
        bool wasConnected = known.IsConnected;
        known.IsConnected = true;
        known.LinkBoot = peer.Boot;
        known.HasLostLink = false;
        known.HeardMs = now.MonotonicMs;
        if (dialled is not null)
        {
            known.IsDialled = true;
            _dialer.Reached(dialled, peer.Id, now);
        }
        if (!wasConnected)
        {
            _gossip.Exchange(peer.Id, MessageKind.PushPull, now.MonotonicMs);
        }
        _prober.LinkUp(known, now);
        Finish(now);
    }

    /// <summary>The last link of a kind with a member is down.</summary>
    public void LinkDown(MemberId peer, LinkKind link, DownReason reason, Instant now)
    {
        if (link != LinkKind.Control || IsOvertaken || _roster.Find(peer) is not { IsConnected: true } known)
        {
            return;
        }
        known.HasLostLink = known.IsLiving && reason != DownReason.Rejected;
        known.LinksLostMs = now.MonotonicMs;
        known.IsConnected = false;
        known.IsDialled = false;
        _dialer.Lost(known, now);
        Finish(now);
    }

    /// <summary>A dial came to nothing.</summary>
    public void DialFailed(string address, DownReason reason, Instant now)
    {
        if (IsOvertaken)
        {
            return;
        }
        _dialer.Failed(address, reason, now);
        if (reason == DownReason.Overtaken)
        {
            _own.BeOvertaken($"{address} knows a later process with this identity");
        }
        if (reason == DownReason.Refused)
        {
            // Only who was there and is refused now has gone; an address that was never reached may just be wrong.
            foreach (Peer gone in _roster.Peers.Where(p =>
                p.IsLiving && p.HasLostLink && p.Record.Address == address).ToArray())
            {
                _beliefs.Accuse(gone, true, now);
            }
        }
        Finish(now);
    }

    /// <summary>Takes a message; false when it is of no kind of membership. What makes no sense is reported.</summary>
    public bool Receive(MemberId from, MessageKind kind, ref MessageReader reader, Instant now)
    {
        if (kind is < MessageKind.Probe or > MessageKind.PushPullReply)
        {
            return false;
        }
        if (IsOvertaken)
        {
            return true;
        }
        Peer? sender = _roster.Find(from);
        if (sender is not null)
        {
            sender.HeardMs = now.MonotonicMs;
        }
        Read(from, kind, ref reader, now);
        if (reader.Failed)
        {
            _host.Report(new ClusterEvent(ClusterEventKind.BadMessage, sender?.Record, $"{kind}"));
        }
        Finish(now);
        return true;
    }

    /// <summary>Changes the phase; Ready comes later when this node has died too often of late.</summary>
    public void SetPhase(MemberPhase phase, Instant now)
    {
        if (phase == MemberPhase.Ready && RingSinceMs == 0)
        {
            // Nobody knows of a ring that was there before.
            _gossip.HearRingSince(now.UnixMs);
        }
        _own.SetPhase(phase);
        Finish(now);
    }

    /// <summary>Says goodbye to everybody, after everything was handed over: this node is not coming back.</summary>
    public void Leave(Instant now)
    {
        _own.Leave();
        Finish(now);
    }

    /// <summary>Tells a member everything and asks for the same: it goes by other members than this node.</summary>
    public void Exchange(MemberId with, Instant now) => _gossip.Exchange(with, MessageKind.PushPull, now.MonotonicMs);

    /// <summary>
    /// What the host tells a process that a later one of its identity has superseded, before it closes the link: then
    /// that process knows. Valid until the next message is written.
    /// </summary>
    public ReadOnlySpan<byte> LastWords(Instant now) =>
        _gossip.Everything(MessageKind.PushPullReply, now.MonotonicMs);

    /// <summary>
    /// This node adopts a view: returns whether members are in it that may have been in a ring of their own before
    /// (<see cref="Peer.IsStranger"/>), who are acquainted from now on.
    /// </summary>
    public bool Acquaint(RingView view)
    {
        bool hasMet = false;
        foreach (Member member in view.Members)
        {
            if (_roster.Find(member.Id) is { IsStranger: true } peer)
            {
                hasMet = true;
                peer.IsStranger = false;
            }
        }
        return hasMet;
    }

    /// <summary>Raises the incarnation, so that there is a new view.</summary>
    public void Touch(Instant now)
    {
        _own.Touch();
        Finish(now);
    }

    /// <summary>After a pause: asks everybody at once, who tell what they believe of this node.</summary>
    public void Verify(Instant now) => _prober.Verify(now);

    private void Read(MemberId from, MessageKind kind, ref MessageReader reader, Instant now)
    {
        switch (kind)
        {
            case MessageKind.Probe:
                _prober.Probed(from, ref reader, now);
                break;
            case MessageKind.Ack:
                _prober.Answered(from, ref reader, now);
                break;
            case MessageKind.IndirectProbe:
                _prober.Asked(from, ref reader, now);
                break;
            case MessageKind.IndirectAck:
                _prober.AnsweredElsewhere(from, ref reader, now);
                break;
            case MessageKind.Nack:
                _prober.NotAnsweredElsewhere(ref reader);
                break;
            default:
                ReadReports(from, kind, ref reader, now);
                break;
        }
    }

    private void ReadReports(MemberId from, MessageKind kind, ref MessageReader reader, Instant now)
    {
        ulong flushed = reader.UInt64();
        List<MemberReport> reports = ReportCodec.ReadList(ref reader);
        if (reader.Failed)
        {
            return;
        }
        _gossip.Flush(flushed, false);
        if (kind != MessageKind.Gossip && reader.Left >= sizeof(long))
        {
            _gossip.HearRingSince(reader.Int64());
        }
        foreach (MemberReport report in reports)
        {
            _beliefs.Learn(report, from, false, now);
        }
        if (kind == MessageKind.PushPull)
        {
            _gossip.Exchange(from, MessageKind.PushPullReply, now.MonotonicMs);
        }
        if (kind != MessageKind.Gossip && _roster.Find(from) is { } teller)
        {
            teller.HasExchanged = true;
        }
    }

    // Another process with this node's identity, or this one by another name.
    private void MeetNamesake(Member other, string? dialled, Instant now)
    {
        if (dialled is not null)
        {
            _dialer.Failed(dialled, DownReason.Self, now);
        }
        _gossip.Exchange(other.Id, MessageKind.PushPullReply, now.MonotonicMs);
        _beliefs.LearnOfSelf(new MemberReport(other with { State = MemberState.Alive }), other.Id, now);
        Finish(now);
    }

    // After everything that happens: what was found out is followed up and told.
    private void Finish(Instant now)
    {
        if (IsOvertaken)
        {
            _search.End();
            foreach (Peer peer in _roster.Peers.Where(p => p.IsConnected))
            {
                peer.IsConnected = false;
                _host.Hangup(peer.Id);
            }
            return;
        }
        foreach (MemberId doubted in _beliefs.TakeDoubted())
        {
            if (_roster.Find(doubted) is { } peer)
            {
                _prober.Start(peer, now);
            }
        }
        _dialer.Tick(now);
        _gossip.TellUrgent(now.MonotonicMs);
        _search.Look(now);
    }

    private IEnumerable<Peer> Measured() => _roster.Peers.Where(p => p.IsLiving && p.Clock.IsKnown);
}
