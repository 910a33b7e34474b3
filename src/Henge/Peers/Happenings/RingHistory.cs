using Henge.Cluster;

namespace Henge.Peers.Happenings;

/// <summary>
/// What happened in the ring last, as this node saw it, for those who look at it now. The cluster thread adds, any
/// thread reads.
/// </summary>
internal sealed class RingHistory
{
    /// <summary>Events remembered: a change of a large ring fits, and a page is not filled by them.</summary>
    public const int Limit = 100;

    private readonly Lock _lock = new();
    private readonly Queue<RingHappening> _last = new(Limit);

    /// <summary>Adds an event.</summary>
    /// <param name="nowMs">When, in unix milliseconds.</param>
    /// <param name="happened">What.</param>
    public void Add(long nowMs, ClusterEvent happened)
    {
        if (happened.Kind is ClusterEventKind.LeftoversDropped or ClusterEventKind.BadMessage)
        {
            // Of no use to people, and what a stranger can cause must not push out what matters.
            return;
        }
        lock (_lock)
        {
            if (_last.Count == Limit)
            {
                _last.Dequeue();
            }
            _last.Enqueue(new RingHappening(nowMs, happened));
        }
    }

    /// <summary>What is remembered, the newest first.</summary>
    public IReadOnlyList<RingHappening> Newest()
    {
        lock (_lock)
        {
            return [.. _last.Reverse()];
        }
    }
}
