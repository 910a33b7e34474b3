using System.Globalization;
using System.Text;

using Henge.Commands.Server;
using Henge.Storage.Sizing;

namespace Henge.Diagnostics;

/// <summary>The section of INFO about other sizes of memory; empty where metrics are off.</summary>
internal static class SizingSection
{
    /// <summary># Sizing: ratios are there once something was read.</summary>
    public static void Write(StringBuilder text, HengeNode node, long nowMs)
    {
        if (!node.Store.Sizing.IsOn)
        {
            return;
        }
        SizingEstimate estimate = node.Store.Sizing.Estimate(nowMs);
        text.Line("sizing_model", ConfigTable.PolicyName(node.Store.Sizing.Model));
        text.Line("sizing_window_seconds", estimate.WindowMs / 1000);
        text.Line("sizing_reads", estimate.Reads);
        text.Line("sizing_reads_sampled", estimate.SampledReads);
        for (int size = 0; size < SizeFactors.Count && estimate.Reads > 0; size++)
        {
            string factor = SizeFactors.All[size].ToString(CultureInfo.InvariantCulture);
            text.Line(
                $"sizing_hit_ratio_{factor}x",
                estimate.HitRatios[size].ToString("0.0000", CultureInfo.InvariantCulture));
        }
    }
}
