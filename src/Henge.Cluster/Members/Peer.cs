using Henge.Cluster.Members.Probes;
using Henge.Cluster.Members.Reports;

namespace Henge.Cluster.Members;

/// <summary>Another node: its record, and what only this node knows of it. All times are monotonic.</summary>
internal sealed class Peer(Member record, long nowMs)
{
    private const int FlapWindowMs = 5 * 60_000;
    private const int MaxDeaths = 16;

    private readonly List<long> _deathsMs = [];

    /// <summary>The record in force.</summary>
    public Member Record { get; set; } = record;

    /// <summary>Who.</summary>
    public MemberId Id => Record.Id;

    /// <summary>Since when the state is what it is; before this node's time for what others tell of.</summary>
    public long SinceMs { get; set; } = nowMs;

    /// <summary>When a message or a link came from it last.</summary>
    public long HeardMs { get; set; } = nowMs;

    /// <summary>Whether a control link is up.</summary>
    public bool IsConnected { get; set; }

    /// <summary>Whether a control link that this node dialled was up since there was none.</summary>
    public bool IsDialled { get; set; }

    /// <summary>The process at the other end of the links.</summary>
    public BootId LinkBoot { get; set; }

    /// <summary>Whether it has told this node all that it knows.</summary>
    public bool HasExchanged { get; set; }

    /// <summary>Whether it was connected, the links broke, and nothing was heard of it since.</summary>
    public bool HasLostLink { get; set; }

    /// <summary>When its links broke last.</summary>
    public long LinksLostMs { get; set; } = long.MinValue;

    /// <summary>When to close links with a former process of it; null for never.</summary>
    public long? HangupMs { get; set; }

    /// <summary>Who accuses it, as long as it is suspect.</summary>
    public List<Accuser> Accusers { get; } = [];

    /// <summary>Its round trips and its clock.</summary>
    public PeerClock Clock { get; set; } = new();

    /// <summary>
    /// Whether it may have served, without this node's knowing, what this node serves: it was in a ring before it was
    /// heard of, or away when this node's incarnation rose, so that what it thought of the one before came to nothing.
    /// Ends with the first view of both.
    /// </summary>
    public bool IsStranger { get; set; } = !IsNewcomer(record);

    /// <summary>Whether it takes part: alive or suspect.</summary>
    public bool IsLiving => Record.State is MemberState.Alive or MemberState.Suspect;

    /// <summary>
    /// Whether a record is that of a process that has never been in a ring: who was, and is joining again as a penalty,
    /// has raised its incarnation.
    /// </summary>
    public static bool IsNewcomer(Member record) => record is { Phase: MemberPhase.Joining, Incarnation: 0 };

    /// <summary>Notes that it died.</summary>
    public void Died(long nowMs)
    {
        _deathsMs.Add(nowMs);
        if (_deathsMs.Count > MaxDeaths)
        {
            _deathsMs.RemoveAt(0);
        }
    }

    /// <summary>How often it died within five minutes, in whichever process.</summary>
    public int RecentDeaths(long nowMs)
    {
        _deathsMs.RemoveAll(at => at <= nowMs - FlapWindowMs);
        return _deathsMs.Count;
    }

    /// <summary>Adds an accuser, or what it has found out since; false when that was known.</summary>
    public bool Accuse(Accuser accuser)
    {
        int at = Accusers.FindIndex(a => a.Id == accuser.Id);
        if (at < 0)
        {
            if (Accusers.Count < Accuser.Most)
            {
                Accusers.Add(accuser);
                return true;
            }
            return false;
        }
        if (Accusers[at].WasRefused || !accuser.WasRefused)
        {
            return false;
        }
        Accusers[at] = accuser;
        return true;
    }
}
