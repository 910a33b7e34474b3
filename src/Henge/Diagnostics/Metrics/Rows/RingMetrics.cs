using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Diagnostics.Figures;
using Henge.Peers;
using Henge.Routing.Operations;

namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>The ring as the node sees it, and what its part in it has done.</summary>
internal static class RingMetrics
{
    private static readonly MemberState[] s_states = Enum.GetValues<MemberState>();
    private static readonly ClusterEventKind[] s_events = Enum.GetValues<ClusterEventKind>();

    /// <summary>The rows.</summary>
    public static Metric[] Rows =>
    [
        new("henge.ring.members", MetricKind.Level, "{member}",
            "Members of the ring that are remembered, by state.", "state")
        {
            Read = Members,
        },
        new("henge.ring.ready", MetricKind.Gauge, "", "1 when the node is of a ring and serves, else 0.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Ready ? 1 : 0),
        },
        new("henge.ring.loading", MetricKind.Gauge, "",
            "1 while data that this node is to hold is on its way, else 0.")
        {
            Read = static (figures, sink) => sink.Add(
                figures.Node.Ring is { } ring && PeerRingCommands.IsLoading(ring.Snapshot) ? 1 : 0),
        },
        new("henge.ring.slots", MetricKind.Level, "{slot}",
            "Slots of which the node is owner or replica, and those of both whose data is on its way.", "role")
        {
            Read = Slots,
        },
        OfStatus("henge.ring.views", MetricKind.Counter, "{view}", "Placements adopted.", static s => s.Views),
        OfStatus("henge.ring.repaired", MetricKind.Counter, "{entry}", "Differences between copies that were mended.",
            static s => s.Repaired),
        new("henge.ring.transfers", MetricKind.Level, "{transfer}", "Moves of slots under way.", "direction")
        {
            Read = Transfers,
        },
        new("henge.ring.transferred", MetricKind.Counter, "{entry}", "Entries that moves of slots brought here.")
        {
            Read = static (figures, sink) => sink.Add(figures.Ring?.Transferred ?? 0),
        },
        new("henge.ring.events", MetricKind.Counter, "{event}",
            "What the node noticed of the ring: members that come, go and do not answer, clocks that are off, pauses.",
            "event")
        {
            Read = Events,
        },
        OfLanes("henge.ring.misses", "{read}", "Reads that missed or failed only because the ring changed.",
            static t => t.TopologyMisses),
        OfLanes("henge.ring.forwarded", "{command}", "Commands sent on to the owner of their key.",
            static t => t.Lanes.Forwarded),
        OfLanes("henge.ring.served", "{command}", "Commands carried out for other nodes.", static t => t.Lanes.Served),
        OfLanes("henge.ring.retried", "{command}", "Commands tried again after a change of the ring.",
            static t => t.Lanes.Retried),
        OfLanes("henge.ring.refused", "{command}", "Commands that could not be carried out in time.",
            static t => t.Lanes.Refused),
        OfLanes("henge.ring.uncertain", "{command}", "Writes that may or may not have been stored.",
            static t => t.Lanes.Unknown),
        OfLanes("henge.ring.fetched", "{key}", "Keys asked of their former owner, since they had not arrived.",
            static t => t.Lanes.Fetched),
        OfLanes("henge.ring.records.sent", "{record}", "Records sent to replicas.", static t => t.Lanes.Replicated),
        OfLanes("henge.ring.records.taken", "{record}", "Records taken from owners.", static t => t.Lanes.Merged),
        OfLanes("henge.ring.records.without.room", "{record}",
            "Records of others for which there was no room here, so that a copy is missing.",
            static t => t.Lanes.NoRoom),
        OfLanes("henge.ring.unreplicated", "{write}", "Writes whose records did not reach every copy in time.",
            static t => t.Lanes.Unreplicated),
    ];

    private static Metric OfStatus(
        string name, MetricKind kind, string unit, string help, Func<ClusterStatus, double> pick) =>
        new(name, kind, unit, help)
        {
            Read = (figures, sink) =>
            {
                if (figures.Status is { } status)
                {
                    sink.Add(pick(status));
                }
            },
        };

    private static Metric OfLanes(string name, string unit, string help, Func<RingTotals, double> pick) =>
        new(name, MetricKind.Counter, unit, help)
        {
            Read = (figures, sink) => sink.Add(figures.Ring is { } totals ? pick(totals) : 0),
        };

    private static void Members(NodeFigures figures, IMetricSink sink)
    {
        ClusterSnapshot? snapshot = figures.Node.Ring?.Snapshot;
        foreach (MemberState state in s_states)
        {
            sink.Add(
                snapshot?.Members.Values.LongCount(member => member.State == state) ?? 0,
                new MetricTag("state", state.ToString().ToLowerInvariant()));
        }
    }

    private static void Slots(NodeFigures figures, IMetricSink sink)
    {
        if (figures.Status is { } status)
        {
            sink.Add(status.OwnedSlots, new MetricTag("role", "owner"));
            sink.Add(status.ReplicaSlots, new MetricTag("role", "replica"));
            sink.Add(status.LoadingSlots, new MetricTag("role", "loading"));
        }
    }

    private static void Transfers(NodeFigures figures, IMetricSink sink)
    {
        if (figures.Status is { } status)
        {
            sink.Add(status.Transfers.Count(static t => t.IsIncoming), new MetricTag("direction", "in"));
            sink.Add(status.Transfers.Count(static t => !t.IsIncoming), new MetricTag("direction", "out"));
        }
    }

    private static void Events(NodeFigures figures, IMetricSink sink)
    {
        foreach (ClusterEventKind kind in s_events)
        {
            long count = figures.Ring is { Events.Length: > 0 } totals
                ? Volatile.Read(ref totals.Events[(int)kind])
                : 0;
            sink.Add(count, new MetricTag("event", SnakeCase.Of(kind.ToString())));
        }
    }
}
