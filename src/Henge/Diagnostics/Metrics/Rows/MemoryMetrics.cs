using Henge.Storage;

namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>The one number for memory, and what it is made of.</summary>
internal static class MemoryMetrics
{
    /// <summary>The rows.</summary>
    public static Metric[] Rows =>
    [
        new("henge.store.memory.usage", MetricKind.Level, "By", "Memory taken, of the limit.")
        {
            Read = static (figures, sink) => sink.Add(figures.Store.UsedBytes),
        },
        new("henge.store.memory.limit", MetricKind.Level, "By", "Memory that may be taken.")
        {
            Read = static (figures, sink) => sink.Add(figures.Store.LimitBytes),
        },
        new("henge.memory.parts", MetricKind.Level, "By",
            "What the memory taken is for: data, index, buffers of connections, tombstones, and overhead, which is "
            + "headers, partly used pages and tables.", "use")
        {
            Read = static (figures, sink) =>
            {
                StoreStatistics store = figures.Store;
                long known = store.DataBytes + store.IndexBytes + store.ChargedBytes + store.TombstoneBytes;
                sink.Add(store.DataBytes, new MetricTag("use", "data"));
                sink.Add(store.IndexBytes, new MetricTag("use", "index"));
                sink.Add(store.ChargedBytes, new MetricTag("use", "buffers"));
                sink.Add(store.TombstoneBytes, new MetricTag("use", "tombstones"));
                sink.Add(Math.Max(0, store.UsedBytes - known), new MetricTag("use", "overhead"));
            },
        },
    ];
}
