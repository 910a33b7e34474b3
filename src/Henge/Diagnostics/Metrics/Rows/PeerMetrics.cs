using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Diagnostics.Figures;

namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>The other members, one by one, and the links with them.</summary>
internal static class PeerMetrics
{
    /// <summary>Members that have series of their own; a ring that large is watched by its totals.</summary>
    public const int MaxPeers = 128;

    private const double Microseconds = 1e-6;
    private const double Milliseconds = 1e-3;

    /// <summary>The rows.</summary>
    public static Metric[] Rows =>
    [
        new("henge.peer.up", MetricKind.Gauge, "", "1 when the member answers, 0 when it is suspect or dead.",
            "peer,id")
        {
            Read = static (figures, sink) => PerPeer(figures, sink, static (_, member) =>
                member.State is MemberState.Left ? null : member.State == MemberState.Alive ? 1 : 0),
        },
        new("henge.peer.round.trip", MetricKind.Gauge, "s", "Round trip of probes, the smoothed mean.", "peer,id")
        {
            Read = static (figures, sink) => PerPeer(figures, sink, static (status, member) =>
                status.RoundTripMicroseconds.TryGetValue(member.Id, out long trip) ? trip * Microseconds : null),
        },
        new("henge.peer.clock.skew", MetricKind.Gauge, "s",
            "The member's clock against this node's; positive is ahead.", "peer,id")
        {
            Read = static (figures, sink) => PerPeer(figures, sink, static (status, member) =>
                status.ClockSkewMs.TryGetValue(member.Id, out long skew) ? skew * Milliseconds : null),
        },
        new("henge.peer.links", MetricKind.Counter, "{link}",
            "Links with peers: opened; turned_away, for a wrong secret, cluster or version; bad_frames, closed for "
            + "bytes that were changed on the way; stuck, closed since the other side took nothing.", "event")
        {
            Read = Links,
        },
        new("henge.peer.messages.bad", MetricKind.Counter, "{message}", "Messages of peers that made no sense.")
        {
            Read = static (figures, sink) => sink.Add(figures.Ring?.Lanes.BadMessages ?? 0),
        },
    ];

    private static void PerPeer(
        NodeFigures figures, IMetricSink sink, Func<ClusterStatus, Member, double?> pick)
    {
        if (figures.Status is not { } status)
        {
            return;
        }
        MemberId self = figures.Node.NodeId;
        foreach (Member member in status.Members.Where(member => member.Id != self).Take(MaxPeers))
        {
            if (pick(status, member) is { } value)
            {
                // Names need not differ; identities do, and 16 of their 40 digits are enough.
                sink.Add(value, new("peer", member.Name), new("id", member.Id.ToString()[..16]));
            }
        }
    }

    private static void Links(NodeFigures figures, IMetricSink sink)
    {
        if (figures.Ring is { Links: var links })
        {
            sink.Add(Interlocked.Read(ref links.Opened), new MetricTag("event", "opened"));
            sink.Add(Interlocked.Read(ref links.TurnedAway), new MetricTag("event", "turned_away"));
            sink.Add(Interlocked.Read(ref links.BadFrames), new MetricTag("event", "bad_frames"));
            sink.Add(Interlocked.Read(ref links.Stuck), new MetricTag("event", "stuck"));
        }
    }
}
