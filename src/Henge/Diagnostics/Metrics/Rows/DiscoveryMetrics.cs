using Henge.Diagnostics.Figures;
using Henge.Discovery;

namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>The sources that say who may be in the ring.</summary>
internal static class DiscoveryMetrics
{
    private const double Milliseconds = 1e-3;

    /// <summary>The rows.</summary>
    public static Metric[] Rows =>
    [
        new("henge.discovery.up", MetricKind.Gauge, "", "1 when the source answered when it was asked last, else 0.",
            "source")
        {
            Read = static (figures, sink) => PerSource(figures, sink, static (status, _) => status.IsUp ? 1 : 0),
        },
        new("henge.discovery.addresses", MetricKind.Gauge, "{address}", "Addresses that the source named last.",
            "source")
        {
            Read = static (figures, sink) => PerSource(figures, sink, static (status, _) => status.Addresses),
        },
        new("henge.discovery.age", MetricKind.Gauge, "s", "Since the source answered last; not there before it has.",
            "source")
        {
            Read = static (figures, sink) => PerSource(figures, sink, static (status, nowMs) =>
                status.AnsweredAtMs is { } answeredMs ? Math.Max(0, nowMs - answeredMs) * Milliseconds : null),
        },
        new("henge.discovery.errors", MetricKind.Counter, "{error}", "How often the source did not answer.", "source")
        {
            Read = static (figures, sink) => PerSource(figures, sink, static (status, _) => status.Errors),
        },
    ];

    private static void PerSource(NodeFigures figures, IMetricSink sink, Func<SourceStatus, long, double?> pick)
    {
        long nowMs = figures.Node.NowMs;
        foreach (SourceStatus status in figures.Node.Discovery.Status)
        {
            if (pick(status, nowMs) is { } value)
            {
                sink.Add(value, new MetricTag("source", status.Source));
            }
        }
    }
}
