using System.Diagnostics.Metrics;
using System.Globalization;

using Henge.Storage.Figures;

namespace Henge.Diagnostics.Metrics;

/// <summary>
/// Gathers one metric for an instrument that is being observed. Instruments cannot observe histograms: one is shown as
/// three counters, of which this gathers the part that was asked for.
/// </summary>
/// <typeparam name="T">long or double.</typeparam>
internal sealed class InstrumentSink<T>(string part, Func<double, T> convert) : IMetricSink
    where T : struct
{
    /// <summary>The counter of a histogram that has one series for each border, named le as in Prometheus.</summary>
    public const string Bucket = "bucket";

    /// <summary>The counter of what a histogram's amounts add up to.</summary>
    public const string Sum = "sum";

    /// <summary>The counter of how many they are.</summary>
    public const string Count = "count";

    /// <summary>What was gathered.</summary>
    public List<Measurement<T>> Measurements { get; } = [];

    /// <inheritdoc/>
    public void Add(double value, params ReadOnlySpan<MetricTag> tags) => Take(value, tags, border: null);

    /// <inheritdoc/>
    public void Add(HistogramSum histogram, double unit, params ReadOnlySpan<MetricTag> tags)
    {
        switch (part)
        {
            case Sum:
                Take(histogram.Sum * unit, tags, border: null);
                return;
            case Count:
                Take(histogram.Count, tags, border: null);
                return;
        }
        foreach (double border in PrometheusText.Borders(unit))
        {
            Take(histogram.Below(border), tags, (border * unit).ToString("R", CultureInfo.InvariantCulture));
        }
        Take(histogram.Count, tags, "+Inf");
    }

    private void Take(double value, ReadOnlySpan<MetricTag> tags, string? border)
    {
        var pairs = new KeyValuePair<string, object?>[tags.Length + (border is null ? 0 : 1)];
        for (int i = 0; i < tags.Length; i++)
        {
            pairs[i] = new(tags[i].Name, tags[i].Value);
        }
        if (border is not null)
        {
            pairs[^1] = new("le", border);
        }
        Measurements.Add(new Measurement<T>(convert(value), pairs));
    }
}
