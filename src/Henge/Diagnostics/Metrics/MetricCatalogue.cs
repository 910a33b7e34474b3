using Henge.Diagnostics.Metrics.Rows;

namespace Henge.Diagnostics.Metrics;

/// <summary>
/// Every metric there is, once: what <c>/metrics</c> and OTLP say, INFO metrics, and docs/metrics.md, whose tables a
/// test compares with this one.
/// </summary>
internal static class MetricCatalogue
{
    /// <summary>The metrics of a node, in the order in which they are shown.</summary>
    public static IReadOnlyList<Metric> OfNodes { get; } =
    [
        .. ProcessMetrics.Rows,
        .. CommandMetrics.Rows,
        .. ClientMetrics.Rows,
        .. StoreMetrics.Rows,
        .. MemoryMetrics.Rows,
        .. SizingMetrics.Rows,
        .. RingMetrics.Rows,
        .. PeerMetrics.Rows,
        .. DiscoveryMetrics.Rows,
    ];

    /// <summary>Those that the caches of an application count; seen by listeners of its meter alone.</summary>
    public static IReadOnlyList<Metric> OfCaches => CacheMetrics.Rows;
}
