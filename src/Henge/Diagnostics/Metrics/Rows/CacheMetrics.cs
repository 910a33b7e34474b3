namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>What the caches of an application count into its meter: calls, and the first level.</summary>
internal static class CacheMetrics
{
    /// <summary>The rows.</summary>
    public static Metric[] Rows { get; } =
    [
        new("henge.cache.calls", MetricKind.Counter, "{call}",
            "Calls on the cache by the application.", "operation,result,place"),
        new("henge.cache.call.duration", MetricKind.Histogram, "s",
            "Time that calls on the cache take.", "operation,result,place"),
        new("henge.cache.first_level.hits", MetricKind.Counter, "{read}",
            "Reads answered by what this process keeps."),
        new("henge.cache.first_level.usage", MetricKind.Level, "By", "What the first level counts of its limit."),
        new("henge.cache.first_level.entries", MetricKind.Level, "{entry}", "Entries kept in this process."),
        new("henge.cache.joins", MetricKind.Counter, "{read}",
            "Reads that waited for another of the same key in this process."),
        new("henge.cache.factory.calls", MetricKind.Counter, "{call}",
            "Calls of factories, by result (made, failed).", "result"),
        new("henge.cache.troubles", MetricKind.Counter, "{call}",
            "Times that a cache went on without the ring, since it did not answer."),
        new("henge.cache.refusals", MetricKind.Counter, "{entry}",
            "Entries that were served and not cached, by reason (key, value, serializer, changed).", "reason"),
        new("henge.cache.failsafe", MetricKind.Counter, "{call}",
            "Failures of factories after which an expired value was served."),
    ];
}
