namespace Henge.Cluster.Members.Dials;

/// <summary>
/// Decides which addresses are dialled when: every member to which this node has dialled no link, dead ones included as
/// long as they are remembered, and the seeds for ever. So partitions of any length and islands at start end by
/// themselves.
/// </summary>
internal sealed class Dialer(ClusterOptions options, Roster roster, IClusterHost host, Chance chance)
{
    /// <summary>A member whose link broke is dialled so often in quick succession before pauses grow.</summary>
    public const int QuickTries = 3;

    /// <summary>Between quick dials.</summary>
    public const int QuickMs = 200;

    // A host that never tells how a dial ended must not stop this node from dialling.
    private const int LostDialMs = 10_000;

    // Discovery may name hundreds of addresses where nobody is, and each dial takes a socket for a second.
    private const int MaxStrangerDials = 64;

    // A name that stood for this node may stand for somebody else later.
    private const int SelfFactor = 6;

    private readonly List<DialTarget> _targets = [];
    private readonly Dictionary<string, DialTarget> _byAddress = new(StringComparer.Ordinal);
    private long _knownVersion = -1;

    /// <summary>
    /// Whether every seed has given a clear answer: it is this node itself, nobody, a stranger, or a member that has
    /// told all that it knows.
    /// </summary>
    public bool HaveAllSeedsAnswered => _targets.TrueForAll(HasAnswered);

    /// <summary>Begins with the seeds.</summary>
    public void Start(Instant now)
    {
        foreach (string seed in options.Seeds)
        {
            if (!_byAddress.ContainsKey(seed))
            {
                Add(seed, true, now.MonotonicMs);
            }
        }
        Tick(now);
    }

    /// <summary>Dials what is due.</summary>
    public void Tick(Instant now)
    {
        Follow(now.MonotonicMs);
        foreach (DialTarget target in Due(now.MonotonicMs))
        {
            target.DialledMs = now.MonotonicMs;
            host.Dial(target.Address);
        }
    }

    /// <summary>
    /// Discovery names these addresses now. What it named before and does not any more is dialled only as long as a
    /// member advertises it.
    /// </summary>
    public void Discovered(IReadOnlyCollection<string> addresses, Instant now)
    {
        _targets.ForEach(static target => target.IsDiscovered = false);
        foreach (string address in addresses)
        {
            DialTarget target = _byAddress.GetValueOrDefault(address) ?? Add(address, false, now.MonotonicMs);
            target.IsDiscovered = true;
        }
        _knownVersion = -1;
    }

    /// <summary>How often in a row an address refused.</summary>
    public int RefusedInRow(string address) => _byAddress.GetValueOrDefault(address)?.RefusedInRow ?? 0;

    /// <summary>A dial came through.</summary>
    public void Reached(string address, MemberId who, Instant now)
    {
        if (_byAddress.GetValueOrDefault(address) is { } target)
        {
            target.DialledMs = null;
            target.Reached = who;
            target.RefusedInRow = 0;
            target.PauseMs = 0;
            target.NextMs = now.MonotonicMs + options.RedialMs;
        }
    }

    /// <summary>A dial came to nothing.</summary>
    public void Failed(string address, DownReason reason, Instant now)
    {
        DialTarget? target = _byAddress.GetValueOrDefault(address);
        if (target is null)
        {
            return;
        }
        long beganMs = target.DialledMs ?? now.MonotonicMs;
        target.DialledMs = null;
        target.IsTried |= reason is DownReason.Refused or DownReason.Self or DownReason.Rejected;
        target.RefusedInRow = reason == DownReason.Refused ? target.RefusedInRow + 1 : 0;
        if (reason == DownReason.Self)
        {
            target.Reached = null;
            bool isAlone = !roster.Peers.Any(p => p.IsConnected);
            target.NextMs = now.MonotonicMs + Jittered((long)options.RedialCapMs * (isAlone ? 1 : SelfFactor));
            return;
        }
        bool isQuick = target.RefusedInRow is > 0 and < QuickTries
            && target.Member is { } id && roster.Find(id) is { IsLiving: true, HasLostLink: true };
        if (isQuick)
        {
            target.NextMs = now.MonotonicMs + QuickMs;
            return;
        }
        target.PauseMs = Math.Clamp(target.PauseMs * 2, options.RedialMs, options.RedialCapMs);
        // From dial to dial, so that a peer that can be reached again is reached within the longest pause.
        target.NextMs = Math.Max(now.MonotonicMs, beganMs + Jittered(target.PauseMs));
    }

    /// <summary>The links with a member broke: it is dialled at once, other names of it a little later.</summary>
    public void Lost(Peer peer, Instant now)
    {
        foreach (DialTarget target in _targets)
        {
            if (target.Address == peer.Record.Address && peer.IsLiving)
            {
                target.NextMs = now.MonotonicMs;
                target.PauseMs = 0;
                target.RefusedInRow = 0;
            }
            else if (target.Reached == peer.Id || target.Member == peer.Id)
            {
                target.NextMs = now.MonotonicMs + Jittered(options.RedialMs);
            }
        }
    }

    // Targets follow the member table.
    private void Follow(long nowMs)
    {
        if (_knownVersion == roster.Version)
        {
            return;
        }
        _knownVersion = roster.Version;
        _targets.ForEach(t => t.Member = null);
        foreach (Peer peer in roster.Peers)
        {
            string address = peer.Record.Address;
            if (peer.Record.State == MemberState.Left || address == roster.Self.Address)
            {
                continue;
            }
            DialTarget target = _byAddress.GetValueOrDefault(address) ?? Add(address, false, nowMs);
            // Of several members that advertised one address in the course of time, one that lives counts.
            if (target.Member is not { } other || roster.Find(other) is not { IsLiving: true })
            {
                target.Member = peer.Id;
            }
        }
        _targets.RemoveAll(t => !t.IsSeed && t.Member is null && _byAddress.Remove(t.Address));
    }

    // Of addresses that belong to no member only so many at once, those that wait longest first.
    private IEnumerable<DialTarget> Due(long nowMs)
    {
        List<DialTarget> due = _targets.FindAll(
            target => target.NextMs <= nowMs && !IsUnderWay(target, nowMs) && IsWanted(target));
        if (due.Count == 0)
        {
            return due;
        }
        int places = MaxStrangerDials - _targets.Count(t => t.Member is null && IsUnderWay(t, nowMs));
        return due.Count(static target => target.Member is null) <= places
            ? due
            : due.Where(static target => target.Member is not null).Concat(
                due.Where(static target => target.Member is null).OrderBy(static t => t.NextMs)
                    .Take(Math.Max(0, places)));
    }

    private bool HasAnswered(DialTarget target)
    {
        if (!target.IsSeed || target.Address == roster.Self.Address)
        {
            return true;
        }
        return target.Reached is { } who ? roster.Find(who) is { HasExchanged: true } : target.IsTried;
    }

    private bool IsWanted(DialTarget target)
    {
        if (target.Address == roster.Self.Address)
        {
            return false;
        }
        if (target.Reached is { } reached)
        {
            Peer? peer = roster.Find(reached);
            if (peer is { IsDialled: true } || (peer is null && (options.Bugs & PlantedBugs.ForgetsPeers) != 0))
            {
                return false;
            }
        }
        if (target.Member is { } member && roster.Find(member) is { } owner)
        {
            return !owner.IsDialled;
        }
        return target.IsSeed;
    }

    private static bool IsUnderWay(DialTarget target, long nowMs) =>
        target.DialledMs is { } since && nowMs - since < LostDialMs;

    private DialTarget Add(string address, bool isConfigured, long nowMs)
    {
        var target = new DialTarget(address, isConfigured) { NextMs = nowMs };
        _targets.Add(target);
        _byAddress.Add(address, target);
        return target;
    }

    // Three quarters to all of a pause: spread out, and never longer than promised.
    private long Jittered(long pauseMs) => (pauseMs * 3 / 4) + chance.Below((int)(pauseMs / 4) + 1);
}
