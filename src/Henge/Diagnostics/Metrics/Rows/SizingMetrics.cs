using System.Globalization;

using Henge.Diagnostics.Figures;
using Henge.Storage.Sizing;

namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>What other sizes of memory would do.</summary>
internal static class SizingMetrics
{
    /// <summary>The rows.</summary>
    public static Metric[] Rows =>
    [
        new("henge.sizing.hit.ratio", MetricKind.Gauge, "1",
            "Part of reads that would find their key with so many times the memory, over the last ten minutes; "
            + "1 is what it is.", "factor") { Read = Ratios },
        new("henge.sizing.reads", MetricKind.Counter, "{read}", "Reads that were simulated to know that.")
        {
            Read = static (figures, sink) => sink.Add(SizingTotals.Of(figures.Node.Store.Core, 0).SampledReads),
        },
    ];

    private static void Ratios(NodeFigures figures, IMetricSink sink)
    {
        SizingEstimate estimate = figures.Node.Store.Sizing.Estimate(figures.Node.NowMs);
        for (int size = 0; size < SizeFactors.Count && estimate.Reads > 0 && figures.Node.Store.Sizing.IsOn; size++)
        {
            string factor = SizeFactors.All[size].ToString(CultureInfo.InvariantCulture);
            sink.Add(estimate.HitRatios[size], new MetricTag("factor", factor));
        }
    }
}
