using Henge.Diagnostics.Figures;
using Henge.Storage;
using Henge.Storage.Figures;

namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>What the store was asked for, and what it let go.</summary>
internal static class StoreMetrics
{
    private const double Milliseconds = 1e-3;
    private static readonly MissReason[] s_reasons = Enum.GetValues<MissReason>();

    /// <summary>The rows.</summary>
    public static Metric[] Rows =>
    [
        Counted("henge.store.hits", "{read}", "Reads that found their key here, by any protocol.", static s => s.Hits),
        new("henge.store.misses", MetricKind.Counter, "{read}",
            "Reads that did not, by why: absent (or forgotten), expired, evicted, deleted, invalidated, loading.",
            "reason")
        {
            Read = static (figures, sink) =>
            {
                foreach (MissReason reason in s_reasons)
                {
                    sink.Add(
                        StoreStatistics.MissesBy(figures.Node.Store.Core, reason),
                        new MetricTag("reason", SnakeCase.Of(reason.ToString())));
                }
            },
        },
        Counted("henge.store.evictions", "{entry}", "Entries evicted to make room.", static s => s.Evicted),
        Counted("henge.store.expirations", "{entry}", "Entries whose time was over.", static s => s.Expired),
        new("henge.store.eviction.age", MetricKind.Histogram, "s",
            "How long ago what is evicted had been written: shorter than lifetimes is too little memory.")
        {
            Read = static (figures, sink) =>
                sink.Add(StoreStatistics.EvictionAges(figures.Node.Store.Core), Milliseconds),
        },
        new("henge.store.expiry.lag", MetricKind.Histogram, "s",
            "How long after its deadline an entry that nobody asked for gave its memory back.")
        {
            Read = static (figures, sink) =>
                sink.Add(StoreStatistics.ExpiryLags(figures.Node.Store.Core), Milliseconds),
        },
        Level("henge.store.entries", "{entry}", "Entries held, copies for others included.", static s => s.Entries),
        Level("henge.store.entries.expiring", "{entry}", "Entries held that have an expiry.",
            static s => s.EntriesWithExpiry),
        new("henge.store.tombstones", MetricKind.Level, "{tombstone}", "Deletions remembered for the other nodes.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Store.Tombstones),
        },
        new("henge.tags", MetricKind.Level, "{tag}", "Tags whose invalidation is remembered.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Ring?.Tags.Count ?? 0),
        },
        new("henge.tags.limit", MetricKind.Level, "{tag}", "Tags that may be remembered.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Options.MaxTags),
        },
        new("henge.tags.dropped", MetricKind.Counter, "{tag}",
            "Tags that were forgotten at the limit, so that all that is tagged and as old had to go.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Ring?.Tags.Dropped ?? 0),
        },
        new("henge.tag.invalidations", MetricKind.Counter, "{call}",
            "Invalidations by tag asked of this node: done; failed, since not every member took it in time.", "result")
        {
            Read = Invalidations,
        },
        new("henge.leases", MetricKind.Level, "{lease}", "Keys that one caller is filling.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Leases.Count),
        },
        new("henge.lease.calls", MetricKind.Counter, "{call}",
            "What became of leases: given; held, by another; stale, ended before its value came; forgotten.", "result")
        {
            Read = Leases,
        },
    ];

    private static Metric Counted(string name, string unit, string help, Func<StoreStatistics, double> pick) =>
        new(name, MetricKind.Counter, unit, help) { Read = (figures, sink) => sink.Add(pick(figures.Store)) };

    private static Metric Level(string name, string unit, string help, Func<StoreStatistics, double> pick) =>
        new(name, MetricKind.Level, unit, help) { Read = (figures, sink) => sink.Add(pick(figures.Store)) };

    private static void Invalidations(NodeFigures figures, IMetricSink sink)
    {
        NodeCounters counters = figures.Node.Counters;
        sink.Add(Interlocked.Read(ref counters.Invalidations), new MetricTag("result", "done"));
        sink.Add(Interlocked.Read(ref counters.InvalidationsFailed), new MetricTag("result", "failed"));
    }

    private static void Leases(NodeFigures figures, IMetricSink sink)
    {
        NodeCounters counters = figures.Node.Counters;
        sink.Add(Interlocked.Read(ref counters.LeasesGiven), new MetricTag("result", "given"));
        sink.Add(Interlocked.Read(ref counters.LeasesHeld), new MetricTag("result", "held"));
        sink.Add(Interlocked.Read(ref counters.LeasesStale), new MetricTag("result", "stale"));
        sink.Add(Interlocked.Read(ref counters.LeasesForgotten), new MetricTag("result", "forgotten"));
    }
}
