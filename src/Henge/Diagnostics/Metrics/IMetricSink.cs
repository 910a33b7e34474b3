using Henge.Storage.Figures;

namespace Henge.Diagnostics.Metrics;

/// <summary>Takes the numbers of one metric after the other: the text for Prometheus, or an instrument.</summary>
internal interface IMetricSink
{
    /// <summary>Takes a number.</summary>
    void Add(double value, params ReadOnlySpan<MetricTag> tags);

    /// <summary>Takes a histogram.</summary>
    /// <param name="histogram">What was counted.</param>
    /// <param name="unit">What one of its amounts is in the unit of the metric: 1e-9 for nanoseconds.</param>
    /// <param name="tags">Which series it is.</param>
    void Add(HistogramSum histogram, double unit, params ReadOnlySpan<MetricTag> tags);
}
