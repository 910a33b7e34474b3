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

    private readonly Peer _history = new(roster.Self, 0);
    private MemberPhase _wish = roster.Self.Phase;
    private long _penaltyEndsMs;
    private bool _isPenalised;
    private int _toldDeaths;

    /// <summary>Whether a later process has this node's identity: this one takes part no more.</summary>
    public bool IsOvertaken { get; private set; }

    private Member Self => roster.Self;

    /// <summary>Changes the phase, which becomes Ready later when this node has died too often of late.</summary>
    public void SetPhase(MemberPhase phase)
    {
        _wish = phase;
        TakePhase();
    }

    /// <summary>Raises the incarnation, so that there is a new view.</summary>
    public void Touch() => Raise(Self.Incarnation, Self.Phase, Self.State);

    /// <summary>Says goodbye.</summary>
    public void Leave() => Raise(Self.Incarnation, MemberPhase.Leaving, MemberState.Left);

    /// <summary>Lets the phase that is wished for come about when it may.</summary>
    public void Tick(long nowMs)
    {
        // Somebody has to hold the slots: without anybody else, a flapping member is better than none.
        if (_isPenalised && (nowMs >= _penaltyEndsMs || !roster.Peers.Any(p => p.Record.IsInRing)))
        {
            _isPenalised = false;
            TakePhase();
        }
    }

    /// <summary>Hears what somebody says of this node.</summary>
    public void Learn(MemberReport report, Instant now)
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
        if (report.Deaths >= FlappingDeaths && report.Deaths > _toldDeaths)
        {
            _toldDeaths = report.Deaths;
            Penalise(now.MonotonicMs);
        }
        bool isAccused = claim.State != MemberState.Alive && claim.Incarnation >= Self.Incarnation;
        if (boots < 0 || (!isAccused && claim.Incarnation <= Self.Incarnation)
            || (options.Bugs & PlantedBugs.NoRefutation) != 0)
        {
            return;
        }
        if (isAccused && claim.State == MemberState.Dead)
        {
            _history.Died(now.MonotonicMs);
            if (_history.RecentDeaths(now.MonotonicMs) >= FlappingDeaths)
            {
                Penalise(now.MonotonicMs);
            }
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
        IsOvertaken = true;
        roster.SetSelf(Self with { Phase = MemberPhase.Leaving });
        host.Report(new ClusterEvent(
            ClusterEventKind.IdentityConflict, Self, $"a later process with this identity runs at {claim.Address}"));
    }

    private void Penalise(long nowMs)
    {
        _isPenalised = true;
        _penaltyEndsMs = nowMs + options.FlapPenaltyMs;
        TakePhase();
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
