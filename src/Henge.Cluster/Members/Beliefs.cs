using Henge.Cluster.Members.Dials;
using Henge.Cluster.Members.Probes;
using Henge.Cluster.Members.Reports;
using Henge.Cluster.Members.Rumours;
using Henge.Cluster.Messages;

namespace Henge.Cluster.Members;

/// <summary>What this node believes of others: it merges what is told, accuses, and pronounces dead.</summary>
internal sealed class Beliefs(
    ClusterOptions options, Roster roster, OwnRecord own, Gossip gossip, Dialer dialer, Awareness awareness,
    IClusterHost host)
{
    // Who was heard so recently, over a link that still stands, was alive when a later process of its identity
    // appeared.
    private const int ConflictMs = 3000;

    // How long the links with a former process stand, so that it can hear that it is one.
    private const int LastWordsMs = 200;

    private readonly List<MemberId> _doubted = [];

    /// <summary>Takes the members of which others said something bad: they are to be probed at once.</summary>
    public IReadOnlyList<MemberId> TakeDoubted()
    {
        MemberId[] doubted = [.. _doubted];
        _doubted.Clear();
        return doubted;
    }

    /// <summary>Hears of a member.</summary>
    /// <param name="report">What is said.</param>
    /// <param name="from">By whom.</param>
    /// <param name="isOwn">Whether this node has found it out itself.</param>
    /// <param name="now">Now.</param>
    public void Learn(MemberReport report, MemberId from, bool isOwn, Instant now)
    {
        Member record = report.Record;
        if (record.Id == roster.Self.Id)
        {
            own.Learn(report, from, now);
            return;
        }
        if (roster.Find(record.Id) is not { } peer)
        {
            Meet(report, isOwn, now);
            return;
        }
        int order = Precedence.Compare(record, peer.Record);
        if (order > 0)
        {
            Replace(peer, report, from, isOwn, now);
        }
        else if (order == 0)
        {
            Confirm(peer, report, now);
        }
    }

    /// <summary>Hears of this node.</summary>
    public void LearnOfSelf(MemberReport report, MemberId from, Instant now) => own.Learn(report, from, now);

    /// <summary>This node has not been answered by a member, or its redial was refused.</summary>
    public void Accuse(Peer peer, bool wasRefused, Instant now)
    {
        // A refusal says the same however late it is looked at; silence may be this node's own.
        if (roster.Self.State == MemberState.Left || (!wasRefused && awareness.IsSilent(now.MonotonicMs)))
        {
            return;
        }
        var accuser = new Accuser(roster.Self.Id, wasRefused);
        if (peer.Record.State == MemberState.Alive)
        {
            var report = new MemberReport(peer.Record with { State = MemberState.Suspect }) { Accusers = [accuser] };
            Replace(peer, report, roster.Self.Id, true, now);
        }
        else if (peer.Record.State == MemberState.Suspect && peer.Accuse(accuser))
        {
            gossip.Spread(peer.Id, true);
        }
        Judge(peer, now);
    }

    /// <summary>Pronounces dead who had its time, and forgets who was away for too long.</summary>
    public void Tick(Instant now)
    {
        for (int i = roster.Peers.Count - 1; i >= 0; i--)
        {
            Peer peer = roster.Peers[i];
            if (peer.HangupMs <= now.MonotonicMs)
            {
                peer.HangupMs = null;
                if (peer.IsConnected && peer.LinkBoot.CompareTo(peer.Record.Boot) < 0)
                {
                    Hangup(peer);
                }
            }
            if (peer.IsLiving)
            {
                Judge(peer, now);
            }
            else if (now.MonotonicMs - peer.SinceMs >= options.ForgetAfterMs && !peer.IsConnected)
            {
                roster.Remove(peer);
                host.Report(new ClusterEvent(ClusterEventKind.MemberForgotten, peer.Record));
            }
        }
    }

    /// <summary>This node was away for so long: nobody could refute to it meanwhile.</summary>
    public void Extend(long gapMs)
    {
        foreach (Peer peer in roster.Peers)
        {
            if (peer.Record.State == MemberState.Suspect)
            {
                peer.SinceMs += gapMs;
            }
        }
    }

    private void Meet(MemberReport report, bool isOwn, Instant now)
    {
        bool isLiving = report.Record.State is MemberState.Alive or MemberState.Suspect;
        if (!isLiving && (report.AgeMs >= options.ForgetAfterMs || (options.Bugs & PlantedBugs.ForgetsPeers) != 0))
        {
            return;
        }
        if (roster.Add(report.Record, now.MonotonicMs) is not { } peer)
        {
            return;
        }
        peer.SinceMs = now.MonotonicMs - report.AgeMs;
        AddAccusers(peer, report);
        gossip.Spread(peer.Id, isOwn);
        if (isLiving)
        {
            host.Report(new ClusterEvent(ClusterEventKind.MemberJoined, peer.Record));
        }
        if (report.Record.State == MemberState.Suspect)
        {
            _doubted.Add(peer.Id);
        }
    }

    private void Replace(Peer peer, MemberReport report, MemberId from, bool isOwn, Instant now)
    {
        Member old = peer.Record;
        Member record = report.Record;
        roster.Set(peer, record);
        if (record.Boot != old.Boot)
        {
            Supersede(peer, old, now);
        }
        peer.SinceMs = now.MonotonicMs - report.AgeMs;
        peer.Accusers.Clear();
        AddAccusers(peer, report);
        gossip.Spread(peer.Id, isOwn);
        host.Announce(old, record, report.Accusers, from);
        if (record.State == MemberState.Alive)
        {
            peer.HasLostLink = false;
        }
        else if (!isOwn && peer.IsConnected)
        {
            // A probe tells it what is said of it, and gives this node an opinion of its own.
            _doubted.Add(peer.Id);
        }
        if (!peer.IsLiving && old.State is MemberState.Alive or MemberState.Suspect)
        {
            Bury(peer, old.State == MemberState.Suspect, now);
        }
    }

    private void Supersede(Peer peer, Member old, Instant now)
    {
        Member record = peer.Record;
        // The host may have closed the links of the former process in this very moment, to make room for the later one.
        bool isConnected = peer.IsConnected && peer.LinkBoot != record.Boot;
        bool wasHere = peer.LinkBoot != record.Boot && (isConnected || peer.LinksLostMs == now.MonotonicMs);
        if (wasHere && old.State == MemberState.Alive && now.MonotonicMs - peer.HeardMs <= ConflictMs)
        {
            host.Report(new ClusterEvent(
                ClusterEventKind.IdentityConflict, record, $"another process of it runs at {old.Address}"));
        }
        if (isConnected)
        {
            // It hears of its end first, if it is still there.
            gossip.Exchange(peer.Id, MessageKind.PushPullReply, now.MonotonicMs);
            peer.HangupMs = now.MonotonicMs + LastWordsMs;
        }
        peer.IsStranger = !Peer.IsNewcomer(record);
        peer.HasLostLink = false;
        peer.Clock = new PeerClock();
    }

    // The second of two who say the same adds what the first did not know.
    private void Confirm(Peer peer, MemberReport report, Instant now)
    {
        if (peer.Record.State == MemberState.Suspect)
        {
            if (AddAccusers(peer, report))
            {
                gossip.Spread(peer.Id, false);
                Judge(peer, now);
            }
        }
        else if (!peer.IsLiving)
        {
            peer.SinceMs = Math.Min(peer.SinceMs, now.MonotonicMs - report.AgeMs);
        }
    }

    private static bool AddAccusers(Peer peer, MemberReport report)
    {
        bool isNew = false;
        if (peer.Record.State == MemberState.Suspect)
        {
            foreach (Accuser accuser in report.Accusers)
            {
                isNew |= peer.Accuse(accuser);
            }
        }
        return isNew;
    }

    private void Judge(Peer peer, Instant now)
    {
        if (peer.Record.State != MemberState.Suspect)
        {
            return;
        }
        int witnesses = roster.Peers.Count(p => p != peer && p.Record.State == MemberState.Alive);
        if (!IsSurelyGone(peer, witnesses))
        {
            long timeMs = SuspicionTime.Ms(options.SuspicionMs, roster.Living, witnesses, peer.Accusers.Count);
            if (now.MonotonicMs - peer.SinceMs < timeMs || awareness.IsSilent(now.MonotonicMs))
            {
                return;
            }
        }
        var report = new MemberReport(peer.Record with { State = MemberState.Dead });
        Replace(peer, report, roster.Self.Id, true, now);
    }

    // One node's word is not enough (its own descriptors may be used up, or the backlog there full), unless nobody else
    // can tell; then the third refusal in a row counts.
    private bool IsSurelyGone(Peer peer, int witnesses) =>
        peer.Accusers.Exists(a => a.WasRefused && a.Id == roster.Self.Id)
        && (peer.Accusers.Exists(a => a.WasRefused && a.Id != roster.Self.Id)
            || (witnesses == 0 && dialer.RefusedInRow(peer.Record.Address) >= Dialer.QuickTries));

    private void Bury(Peer peer, bool wasSuspect, Instant now)
    {
        if (peer.Record.State == MemberState.Dead)
        {
            if (wasSuspect)
            {
                // Not what the other side of a partition believed of somebody who was well here all the time.
                peer.Died(now.MonotonicMs);
            }
            if ((options.Bugs & PlantedBugs.ForgetsPeers) != 0)
            {
                host.Hangup(peer.Id);
                roster.Remove(peer);
                return;
            }
        }
        // Others may be wrong about a member that has just been heard: it keeps its links and can refute over them. One
        // that says goodbye closes them itself.
        bool wasHeard = now.MonotonicMs - peer.HeardMs <= 2L * options.ProbeIntervalMs;
        if (peer.IsConnected && !wasHeard)
        {
            Hangup(peer);
        }
    }

    private void Hangup(Peer peer)
    {
        peer.IsConnected = false;
        peer.IsDialled = false;
        host.Hangup(peer.Id);
    }
}
