using Henge.Cluster.Members.Reports;
using Henge.Cluster.Messages;

namespace Henge.Cluster.Members.Probes;

/// <summary>
/// Asks members whether they are there: directly, then through others, and then it accuses. To 16 members it asks all
/// in each round, above that one, each once before any twice.
/// </summary>
/// <remarks>
/// Papers: Das, Gupta, Motivala, "SWIM", 2002; Dadgar, Phillips, Currey, "Lifeguard", 2018. A probe says what the
/// prober believes of its target, and the answer what the target believes of the prober, so that a suspect learns of
/// it at once.
/// </remarks>
internal sealed class Prober(
    ClusterOptions options, Roster roster, Beliefs beliefs, Awareness awareness, IClusterHost host, Chance chance)
{
    /// <summary>Up to so many members, everybody is probed in each round.</summary>
    public const int AllUpTo = 16;

    // Links may have broken while this node was away, so that what it asked first is lost.
    private const int VerifyAgainMs = 200;

    private readonly MessageWriter _writer = new();
    private readonly List<Probe> _open = [];
    private readonly List<MemberId> _round = [];
    private readonly List<MemberId> _unverified = [];
    private ulong _number;
    private ulong _verifiedFrom;
    private long _verifyAgainMs;
    private long _nextRoundMs = long.MinValue;

    /// <summary>Whether everybody asked by <see cref="Verify"/> has answered or is not alive any more.</summary>
    public bool IsVerified
    {
        get
        {
            _unverified.RemoveAll(id => roster.Find(id) is not { Record.State: MemberState.Alive });
            return _unverified.Count == 0;
        }
    }

    /// <summary>Asks everybody now, and again until they answer.</summary>
    public void Verify(Instant now)
    {
        _verifiedFrom = _number + 1;
        _verifyAgainMs = now.MonotonicMs + VerifyAgainMs;
        _unverified.Clear();
        foreach (Peer peer in roster.Peers)
        {
            if (peer.IsLiving)
            {
                _unverified.Add(peer.Id);
                Send(peer, null, 0, now, TimeoutMs(peer));
            }
        }
    }

    /// <summary>Begins rounds that are due, and takes the next step with probes that are not answered.</summary>
    public void Tick(Instant now)
    {
        if (now.MonotonicMs >= _nextRoundMs)
        {
            _nextRoundMs = now.MonotonicMs + ((long)options.ProbeIntervalMs * (1 + awareness.Score));
            Round(now);
        }
        if (now.MonotonicMs >= _verifyAgainMs && _unverified.Count > 0)
        {
            VerifyAgain(now);
        }
        for (int i = 0; i < _open.Count; i++)
        {
            if (_open[i].DueMs <= now.MonotonicMs && IsOver(_open[i], now))
            {
                _open.RemoveAt(i--);
            }
        }
    }

    /// <summary>This node was away: what was not answered meanwhile says nothing.</summary>
    public void Forget() => _open.Clear();

    /// <summary>Probes a member out of turn: others say it is not well, or its link has just come up.</summary>
    public void Start(Peer peer, Instant now)
    {
        if (!_open.Exists(p => p.Asker is null && p.Target == peer.Id && !p.IsSecondStep))
        {
            Send(peer, null, 0, now, TimeoutMs(peer));
        }
    }

    /// <summary>
    /// A link with a member is up. What was asked on a link that broke, or asked of a process that is no more, will not
    /// be answered, so it is asked again.
    /// </summary>
    public void LinkUp(Peer peer, Instant now)
    {
        _open.RemoveAll(p => p.Asker is null && p.Target == peer.Id);
        Send(peer, null, 0, now, TimeoutMs(peer));
    }

    /// <summary>Somebody asks.</summary>
    public void Probed(MemberId from, ref MessageReader reader, Instant now)
    {
        ulong number = reader.UInt64();
        ReadBelief(from, ref reader, now);
        if (!reader.Failed)
        {
            _writer.Begin(MessageKind.Ack);
            _writer.UInt64(number);
            _writer.Int64(now.UnixMs);
            WriteBelief(roster.Find(from)?.Record);
            ReportCodec.Write(_writer, new MemberReport(roster.Self));
            host.TrySend(from, LinkKind.Control, _writer.Written);
        }
    }

    /// <summary>Somebody answers.</summary>
    public void Answered(MemberId from, ref MessageReader reader, Instant now)
    {
        ulong number = reader.UInt64();
        long peerUnixMs = reader.Int64();
        ReadBelief(from, ref reader, now);
        MemberReport? report = ReportCodec.Read(ref reader);
        if (report is null || report.Record.Id != from)
        {
            reader.Fail();
            return;
        }
        beliefs.Learn(report, from, false, now);
        int at = _open.FindIndex(p => p.Number == number && p.Target == from);
        if (number >= _verifiedFrom)
        {
            _unverified.Remove(from);
        }
        if (at < 0)
        {
            return;
        }
        Probe probe = _open[at];
        _open.RemoveAt(at);
        // What waited here while this node stood still says nothing about the way.
        if (roster.Find(from) is { } peer && !awareness.IsHeldUp(now.MonotonicMs)
            && peer.Clock.Add(now.MonotonicMs - probe.SentAt.MonotonicMs, probe.SentAt.UnixMs, peerUnixMs))
        {
            string text = $"its clock is {(peer.Clock.SkewMs > 0 ? "ahead" : "behind")}; expiry is off by as much";
            host.Report(new ClusterEvent(ClusterEventKind.ClockSkew, peer.Record, text, peer.Clock.SkewMs));
        }
        if (probe.Asker is { } asker)
        {
            _writer.Begin(MessageKind.IndirectAck);
            _writer.UInt64(probe.AskersNumber);
            ReportCodec.Write(_writer, report);
            host.TrySend(asker, LinkKind.Control, _writer.Written);
        }
        else
        {
            awareness.Add(-1);
        }
    }

    /// <summary>Somebody asks this node to ask.</summary>
    public void Asked(MemberId from, ref MessageReader reader, Instant now)
    {
        ulong number = reader.UInt64();
        var target = new MemberId(reader.UInt128());
        if (reader.Failed)
        {
            return;
        }
        // A nack has to be there before the asker gives up, so this node waits a little less.
        long waitMs = (long)options.ProbeTimeoutMs * 4 / 5;
        if (roster.Find(target) is not { IsConnected: true } peer || !Send(peer, from, number, now, waitMs))
        {
            SendNack(from, number);
        }
    }

    /// <summary>A member that was asked got an answer.</summary>
    public void AnsweredElsewhere(MemberId from, ref MessageReader reader, Instant now)
    {
        ulong number = reader.UInt64();
        MemberReport? report = ReportCodec.Read(ref reader);
        if (report is null)
        {
            reader.Fail();
            return;
        }
        beliefs.Learn(report, from, false, now);
        if (_open.RemoveAll(p => p.Number == number && p.Target == report.Record.Id && p.Asker is null) > 0)
        {
            awareness.Add(-1);
            if (number >= _verifiedFrom)
            {
                // It lives, and this node cannot ask it.
                _unverified.Remove(report.Record.Id);
            }
        }
    }

    /// <summary>A member that was asked got no answer, but is well itself.</summary>
    public void NotAnsweredElsewhere(ref MessageReader reader)
    {
        ulong number = reader.UInt64();
        if (_open.Find(p => p.Number == number) is { } probe && probe.Nacks < probe.Asked)
        {
            probe.Nacks++;
        }
    }

    // Beside the probe that may end in an accusation: no answer to one of these says anything.
    private void VerifyAgain(Instant now)
    {
        _verifyAgainMs = now.MonotonicMs + VerifyAgainMs;
        foreach (MemberId id in _unverified)
        {
            if (roster.Find(id) is { IsConnected: true } peer)
            {
                Ask(peer, ++_number);
            }
        }
    }

    private void Round(Instant now)
    {
        if (roster.Living <= AllUpTo)
        {
            foreach (Peer peer in roster.Peers)
            {
                if (peer.IsLiving)
                {
                    Start(peer, now);
                }
            }
            return;
        }
        while (true)
        {
            if (_round.Count == 0)
            {
                _round.AddRange(roster.Peers.Where(p => p.IsLiving).Select(p => p.Id));
                chance.Shuffle(_round);
            }
            MemberId next = _round[^1];
            _round.RemoveAt(_round.Count - 1);
            if (roster.Find(next) is { IsLiving: true } peer)
            {
                Start(peer, now);
                return;
            }
        }
    }

    private long PatienceMs => (long)options.ProbeTimeoutMs * (1 + awareness.Score);

    private long TimeoutMs(Peer peer) =>
        Math.Max((long)options.ProbeTimeoutMs, 4 * peer.Clock.HighRoundTripMs) * (1 + awareness.Score);

    private bool Send(Peer peer, MemberId? asker, ulong askersNumber, Instant now, long waitMs)
    {
        var probe = new Probe
        {
            Number = ++_number,
            Target = peer.Id,
            Boot = peer.Record.Boot,
            SentAt = now,
            DueMs = now.MonotonicMs + waitMs,
            Asker = asker,
            AskersNumber = askersNumber,
        };
        bool isSent = peer.IsConnected && Ask(peer, probe.Number);
        if (isSent || asker is null)
        {
            _open.Add(probe);
        }
        return isSent;
    }

    private bool Ask(Peer peer, ulong number)
    {
        _writer.Begin(MessageKind.Probe);
        _writer.UInt64(number);
        WriteBelief(peer.Record);
        return host.TrySend(peer.Id, LinkKind.Control, _writer.Written);
    }

    // The next step of a probe; true when there is none.
    private bool IsOver(Probe probe, Instant now)
    {
        if (probe.Asker is { } asker)
        {
            if (!probe.IsSecondStep)
            {
                SendNack(asker, probe.AskersNumber);
                probe.IsSecondStep = true;
                probe.DueMs = now.MonotonicMs + options.ProbeTimeoutMs;
                return false;
            }
            return true;
        }
        if (roster.Find(probe.Target) is not { IsLiving: true } peer || peer.Record.Boot != probe.Boot)
        {
            return true;
        }
        if (!probe.IsSecondStep)
        {
            probe.IsSecondStep = true;
            probe.Asked = AskOthers(probe);
            probe.DueMs = now.MonotonicMs + PatienceMs;
            return false;
        }
        if (probe.DoubtedMs is not { } doubtedMs)
        {
            // Whoever was asked and did not even say "no" makes it likely that this node itself is cut off or slow.
            awareness.Add(probe.Asked - probe.Nacks);
            if (probe.Asked > 0 && probe.Nacks == 0)
            {
                // Not one has: either this node is alone, or all the others are as busy as it was a moment ago. It asks
                // once more, with the patience to which the score has come.
                probe.DoubtedMs = now.MonotonicMs;
                Ask(peer, probe.Number);
                probe.Asked = AskOthers(probe);
                probe.DueMs = now.MonotonicMs + PatienceMs;
                return false;
            }
        }
        else if (probe.Nacks == 0 && now.MonotonicMs < doubtedMs + PatienceMs)
        {
            // Others that do not answer either have come to light meanwhile.
            probe.DueMs = doubtedMs + PatienceMs;
            return false;
        }
        beliefs.Accuse(peer, false, now);
        return true;
    }

    private int AskOthers(Probe probe)
    {
        List<Peer> others = [.. roster.Peers.Where(p =>
            p.IsConnected && p.Record.State == MemberState.Alive && p.Id != probe.Target)];
        chance.Pick(others, options.IndirectProbes);
        _writer.Begin(MessageKind.IndirectProbe);
        _writer.UInt64(probe.Number);
        _writer.UInt128(probe.Target.Value);
        return others.Count(p => host.TrySend(p.Id, LinkKind.Control, _writer.Written));
    }

    private void SendNack(MemberId asker, ulong number)
    {
        _writer.Begin(MessageKind.Nack);
        _writer.UInt64(number);
        host.TrySend(asker, LinkKind.Control, _writer.Written);
    }

    // What the sender holds of the receiver: u64 boot | u32 incarnation | u8 state; a boot of 0 for nothing.
    private void WriteBelief(Member? record)
    {
        _writer.UInt64(record?.Boot.Value ?? 0);
        _writer.UInt32(record?.Incarnation ?? 0);
        _writer.Byte((byte)(record?.State ?? MemberState.Alive));
    }

    private void ReadBelief(MemberId from, ref MessageReader reader, Instant now)
    {
        var boot = new BootId(reader.UInt64());
        uint incarnation = reader.UInt32();
        byte state = reader.Byte();
        if (state > (byte)MemberState.Left || incarnation > ReportCodec.MaxIncarnation)
        {
            reader.Fail();
        }
        if (!reader.Failed && boot == roster.Self.Boot)
        {
            Member claim = roster.Self with { Incarnation = incarnation, State = (MemberState)state };
            beliefs.LearnOfSelf(new MemberReport(claim), from, now);
        }
    }
}
