using Henge.Cluster.Members.Reports;
using Henge.Cluster.Members.Rumours;

namespace Henge.Cluster.Members;

/// <summary>
/// What this node says of itself: its phase, its refutations, and what it does about another process with its identity.
/// </summary>
internal sealed class OwnRecord(ClusterOptions options, Roster roster, Gossip gossip, IClusterHost host)
{
    /// <summary>Who died so often within five minutes stays out of the ring for a while.</summary>
    public const int FlappingDeaths = 3;

    // A penalty is not given twice for the same deaths.
    private const int FlapWindowMs = 5 * 60_000;

    private readonly Dictionary<MemberId, long> _told = [];
    private MemberPhase _wish = roster.Self.Phase;
    private long _penaltyEndsMs;
    private bool _isPenalised;
    private bool _wasReady;
    private int _penalisedDeaths;

    /// <summary>Whether a later process has this node's identity: this one takes part no more.</summary>
    public bool IsOvertaken { get; private set; }

    private Member Self => roster.Self;

    /// <summary>Changes the phase, which becomes Ready later when this node has died too often of late.</summary>
    public void SetPhase(MemberPhase phase)
    {
        _wish = phase;
        TakePhase();
        _wasReady |= Self.Phase == MemberPhase.Ready;
    }

    /// <summary>Raises the incarnation, so that there is a new view.</summary>
    public void Touch() => Raise(Self.Incarnation, Self.Phase, Self.State);

    /// <summary>Says goodbye.</summary>
    public void Leave() => Raise(Self.Incarnation, MemberPhase.Leaving, MemberState.Left);

    /// <summary>A later process has this identity: this one is out of the ring for good.</summary>
    public void BeOvertaken(string how)
    {
        if (!IsOvertaken)
        {
            IsOvertaken = true;
            roster.SetSelf(Self with { Phase = MemberPhase.Leaving });
            host.Report(new ClusterEvent(ClusterEventKind.IdentityConflict, Self, how));
        }
    }

    /// <summary>Lets the phase that is wished for come about when it may.</summary>
    public void Tick(long nowMs)
    {
        // Somebody has to hold the slots: without anybody else, a flapping member is better than none.
        _wasReady |= Self.Phase == MemberPhase.Ready;
        if (_isPenalised && (nowMs >= _penaltyEndsMs || !roster.Peers.Any(p => p.Record.IsInRing)))
        {
            _isPenalised = false;
            TakePhase();
        }
    }

    /// <summary>Hears what somebody says of this node.</summary>
    public void Learn(MemberReport report, MemberId from, Instant now)
    {
        Member claim = report.Record;
        if (IsOvertaken || Self.State == MemberState.Left)
        {
            return;
        }
        int boots = claim.Boot.CompareTo(Self.Boot);
        if (boots > 0)
        {
            LearnOfLaterBoot(claim);
            return;
        }
        if (report.Deaths >= FlappingDeaths)
        {
            HearOfDeaths(report.Deaths, from, now.MonotonicMs);
        }
        bool isAccused = claim.State != MemberState.Alive && claim.Incarnation >= Self.Incarnation;
        if (boots < 0 || (!isAccused && claim.Incarnation <= Self.Incarnation)
            || (options.Bugs & PlantedBugs.NoRefutation) != 0)
        {
            return;
        }
        Raise(claim.Incarnation, AllowedPhase(), MemberState.Alive);
        if (isAccused)
        {
            host.Report(new ClusterEvent(ClusterEventKind.Refuted, Self, $"it was called {Word(claim.State)}"));
        }
    }

    private void LearnOfLaterBoot(Member claim)
    {
        if (claim.State == MemberState.Suspect)
        {
            // It may be gone: then this node takes its place, or it refutes, and then this one has to go.
            return;
        }
        if (claim.State != MemberState.Alive)
        {
            // An earlier life whose clock was ahead. The record of this one has to count for more.
            roster.SetSelf(Self with { Boot = new BootId(claim.Boot.Value + 1), Incarnation = 0 });
            gossip.Spread(Self.Id, true);
            return;
        }
        BeOvertaken($"a later process with this identity runs at {claim.Address}");
    }

    // More than half of the ring has to say that this node flaps: to the smaller side of a partition the greater one
    // seems to, and not all may stay out. A process that was not in the ring yet waits on one word.
    private void HearOfDeaths(int deaths, MemberId from, long nowMs)
    {
        if (nowMs - _penaltyEndsMs > FlapWindowMs)
        {
            _penalisedDeaths = 0;
        }
        _told[from] = nowMs;
        int tellers = roster.Peers.Count(p =>
            p.IsLiving && _told.TryGetValue(p.Id, out long toldMs) && nowMs - toldMs < FlapWindowMs);
        bool isEnough = tellers * 2 > roster.Living || (!_wasReady && roster.Living > 2);
        if (deaths > _penalisedDeaths && isEnough)
        {
            _penalisedDeaths = deaths;
            _isPenalised = true;
            _penaltyEndsMs = nowMs + options.FlapPenaltyMs;
            TakePhase();
        }
    }

    private MemberPhase AllowedPhase() =>
        _wish == MemberPhase.Ready && _isPenalised ? MemberPhase.Joining : _wish;

    private void TakePhase()
    {
        if (AllowedPhase() != Self.Phase && !IsOvertaken && Self.State != MemberState.Left)
        {
            Raise(Self.Incarnation, AllowedPhase(), MemberState.Alive);
        }
    }

    private void Raise(uint above, MemberPhase phase, MemberState state)
    {
        if (IsOvertaken)
        {
            return;
        }
        foreach (Peer peer in roster.Peers)
        {
            peer.IsStranger |= !peer.Record.IsInRing && !Peer.IsNewcomer(peer.Record);
        }
        roster.SetSelf(Self with
        {
            Incarnation = Math.Max(Self.Incarnation, above) + 1,
            Phase = phase,
            State = state,
        });
        gossip.Spread(Self.Id, true);
    }

    private static string Word(MemberState state) => state switch
    {
        MemberState.Suspect => "suspect",
        MemberState.Dead => "dead",
        _ => "gone",
    };
}
