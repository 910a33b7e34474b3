using System.Globalization;
using System.Text;

using Henge.Diagnostics.Figures;
using Henge.Storage.Figures;

namespace Henge.Diagnostics.Metrics;

/// <summary>
/// Writes the catalogue as Prometheus reads it: text format 0.0.4, or OpenMetrics 1.0 where that was asked for. Both
/// are the same lines but for names of counters, units, and the end.
/// </summary>
internal sealed class PrometheusText : IMetricSink
{
    /// <summary>Content type of the text format.</summary>
    public const string PlainType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Content type of OpenMetrics.</summary>
    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private readonly StringBuilder _text = new(32 << 10);
    private readonly bool _isOpenMetrics;
    private Metric? _metric;

    private PrometheusText(bool isOpenMetrics) => _isOpenMetrics = isOpenMetrics;

    /// <summary>Writes all metrics of a node.</summary>
    public static string Write(NodeFigures figures, bool openMetrics)
    {
        var text = new PrometheusText(openMetrics);
        foreach (Metric metric in MetricCatalogue.OfNodes)
        {
            text.Begin(metric);
            metric.Read!(figures, text);
        }
        if (openMetrics)
        {
            text._text.Append("# EOF\n");
        }
        return text._text.ToString();
    }

    /// <inheritdoc/>
    public void Add(double value, params ReadOnlySpan<MetricTag> tags)
    {
        _text.Append(_metric!.PrometheusName);
        Tags(tags, border: null);
        Value(value);
    }

    /// <inheritdoc/>
    public void Add(HistogramSum histogram, double unit, params ReadOnlySpan<MetricTag> tags)
    {
        string family = _metric!.Family;
        foreach (double border in Borders(unit))
        {
            _text.Append(family).Append("_bucket");
            Tags(tags, Text(border * unit));
            Value(histogram.Below(border));
        }
        _text.Append(family).Append("_bucket");
        Tags(tags, "+Inf");
        Value(histogram.Count);
        _text.Append(family).Append("_sum");
        Tags(tags, border: null);
        Value(histogram.Sum * unit);
        _text.Append(family).Append("_count");
        Tags(tags, border: null);
        Value(histogram.Count);
    }

    /// <summary>
    /// Borders of a histogram in its own amounts. Of nanoseconds: 1 us to 17 s, by twos. Of milliseconds: 1 ms to 12
    /// days, by twos up to a second and by fours beyond. They are powers of two, as <see cref="LogHistogram"/>'s are,
    /// so what is below one is known exactly.
    /// </summary>
    internal static IEnumerable<double> Borders(double unit)
    {
        bool isFine = unit < 1e-6;
        for (int power = isFine ? 10 : 0; power <= (isFine ? 34 : 30); power += isFine || power < 10 ? 1 : 2)
        {
            yield return Math.ScaleB(1, power);
        }
    }

    private void Begin(Metric metric)
    {
        _metric = metric;
        string name = _isOpenMetrics ? metric.Family : metric.PrometheusName;
        string type = metric.Kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        };
        _text.Append("# HELP ").Append(name).Append(' ');
        Escaped(metric.Help, quotes: _isOpenMetrics);
        _text.Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        if (_isOpenMetrics && metric.BaseUnit.Length > 0)
        {
            _text.Append("# UNIT ").Append(name).Append(' ').Append(metric.BaseUnit).Append('\n');
        }
    }

    private void Tags(ReadOnlySpan<MetricTag> tags, string? border)
    {
        if (tags.IsEmpty && border is null)
        {
            return;
        }
        char before = '{';
        foreach (MetricTag tag in tags)
        {
            _text.Append(before).Append(tag.Name).Append("=\"");
            Escaped(tag.Value, quotes: true);
            _text.Append('"');
            before = ',';
        }
        if (border is not null)
        {
            _text.Append(before).Append("le=\"").Append(border).Append('"');
        }
        _text.Append('}');
    }

    private void Value(double value) => _text.Append(' ').Append(Text(value)).Append('\n');

    private static string Text(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void Escaped(string text, bool quotes)
    {
        foreach (char letter in text)
        {
            switch (letter)
            {
                case '\\':
                    _text.Append(@"\\");
                    break;
                case '\n':
                    _text.Append(@"\n");
                    break;
                case '"' when quotes:
                    _text.Append("\\\"");
                    break;
                default:
                    _text.Append(letter);
                    break;
            }
        }
    }
}
