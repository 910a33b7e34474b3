using System.Globalization;
using System.Text;

using Henge.Diagnostics.Figures;
using Henge.Storage.Figures;

namespace Henge.Diagnostics.Metrics;

/// <summary>
/// The section of INFO that shows the catalogue, for those who have only a Redis client: a line for each series, and of
/// histograms their quantiles. What only the cluster thread knows is left out, since INFO waits for nobody.
/// </summary>
internal sealed class InfoSink : IMetricSink
{
    private readonly StringBuilder _text;
    private readonly Metric _metric;

    private InfoSink(StringBuilder text, Metric metric)
    {
        _text = text;
        _metric = metric;
    }

    /// <summary># Metrics</summary>
    public static void Write(StringBuilder text, HengeNode node, long nowMs)
    {
        NodeFigures figures = NodeFigures.WithoutStatus(node);
        foreach (Metric metric in MetricCatalogue.OfNodes)
        {
            metric.Read!(figures, new InfoSink(text, metric));
        }
    }

    /// <inheritdoc/>
    public void Add(double value, params ReadOnlySpan<MetricTag> tags) =>
        Line(_metric.PrometheusName, tags, Text(value));

    /// <inheritdoc/>
    public void Add(HistogramSum histogram, double unit, params ReadOnlySpan<MetricTag> tags) => Line(
        _metric.Family, tags,
        $"count={histogram.Count},sum={Text(histogram.Sum * unit)},p50={Text(histogram.Quantile(0.5) * unit)},"
        + $"p99={Text(histogram.Quantile(0.99) * unit)},p999={Text(histogram.Quantile(0.999) * unit)}");

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private void Line(string name, ReadOnlySpan<MetricTag> tags, string value)
    {
        _text.Append(name);
        char before = '{';
        foreach (MetricTag tag in tags)
        {
            _text.Append(before).Append(tag.Name).Append('=');
            foreach (char letter in tag.Value)
            {
                _text.Append(char.IsControl(letter) || letter == ':' ? '?' : letter);
            }
            before = ',';
        }
        _text.Append(tags.IsEmpty ? "" : "}").Append(':').Append(value).Append("\r\n");
    }
}
