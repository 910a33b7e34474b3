namespace Henge.Cluster.Members.Dials;

/// <summary>
/// Decides when a node that has just started may stop looking for a ring: one of its members has told of it, or there
/// is none. Who starts at the same time knows no more than this node, and does not settle it. Without discovery there
/// is none when every seed has answered, or patience ended. With discovery, silence says nothing: a node that took it
/// for an answer would serve alone, and others beside it. There is none only when discovery has answered, and for a
/// while nobody of those that it names has told of a ring: what others have just entered there may come late.
/// </summary>
internal sealed class RingSearch(ClusterOptions options, Roster roster, Dialer dialer)
{
    private long _startedMs;
    private long? _answeredMs;

    /// <summary>Whether it is clear if there is a ring to join. It stays so.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The search begins.</summary>
    public void Start(Instant now) => _startedMs = now.MonotonicMs;

    /// <summary>Discovery has named somebody, and whether that is its answer; the first one counts.</summary>
    public void Answered(bool isAnswer, Instant now) => _answeredMs ??= isAnswer ? now.MonotonicMs : null;

    /// <summary>It is of no use any more.</summary>
    public void End() => IsOver = true;

    /// <summary>Looks whether it is over.</summary>
    public void Look(Instant now) => IsOver = IsOver
        || roster.Peers.Any(static peer => peer.HasExchanged && peer.Record.IsInRing) || IsNoRing(now.MonotonicMs);

    private bool IsNoRing(long nowMs) => options.HasDiscovery
        ? _answeredMs is { } since && nowMs - since >= options.DiscoverySettleMs
        : dialer.HaveAllSeedsAnswered || nowMs - _startedMs >= options.JoinPatienceMs;
}
