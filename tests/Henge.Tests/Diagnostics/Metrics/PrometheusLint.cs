using System.Globalization;
using System.Text.RegularExpressions;

using Xunit;

namespace Henge.Tests.Diagnostics.Metrics;

/// <summary>
/// Reads what <c>/metrics</c> says as strictly as Prometheus and promtool do, and more: every family has HELP and TYPE
/// before its samples and comes once, counters end in _total, units are base units and stand at the end, no series
/// comes twice, histograms add up, and no metric has more series than an operator can pay for.
/// </summary>
internal sealed partial class PrometheusLint
{
    private const int MaxSeries = 400;
    private static readonly string[] s_foreign =
    [
        "milliseconds", "ms", "microseconds", "us", "minutes", "hours", "kilobytes", "kb", "megabytes", "mb", "percent",
    ];

    private readonly bool _isOpenMetrics;
    private readonly Dictionary<string, string> _types = [];
    private readonly HashSet<string> _helped = [];
    private readonly Dictionary<string, int> _series = [];
    private string _family = "";

    private PrometheusLint(bool isOpenMetrics) => _isOpenMetrics = isOpenMetrics;

    /// <summary>Every series with its value, as name{a="b"}.</summary>
    public Dictionary<string, double> Values { get; } = [];

    /// <summary>Families by their type.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    public static PrometheusLint Read(string text, bool openMetrics = false)
    {
        var lint = new PrometheusLint(openMetrics);
        Assert.EndsWith(openMetrics ? "# EOF\n" : "\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        string[] lines = text.Split('\n')[..^1];
        foreach (string line in openMetrics ? lines[..^1] : lines)
        {
            lint.ReadLine(line);
        }
        lint.CheckHistograms();
        foreach ((string family, int count) in lint._series)
        {
            Assert.True(count <= MaxSeries, $"{family} has {count} series");
        }
        return lint;
    }

    private void ReadLine(string line)
    {
        if (line.StartsWith("# ", StringComparison.Ordinal))
        {
            string[] words = line.Split(' ', 4);
            Comment(words[1], words[2], words[3]);
            return;
        }
        Match sample = Sample().Match(line);
        Assert.True(sample.Success, line);
        string name = sample.Groups["name"].Value;
        string family = FamilyOf(name);
        Assert.True(family == _family, $"{line} stands among {_family}");
        string type = _types[family];
        if (type == "counter")
        {
            Assert.EndsWith("_total", name, StringComparison.Ordinal);
        }
        string[] labels = [.. Label().Matches(sample.Groups["labels"].Value).Select(m => m.Value.TrimEnd(','))];
        Assert.Equal(sample.Groups["labels"].Value, string.Join(',', labels));
        string series = name + '{' + string.Join(',', labels.Order(StringComparer.Ordinal)) + '}';
        string value = sample.Groups["value"].Value;
        double number = value == "+Inf" ? double.PositiveInfinity
            : double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture);
        Assert.True(number >= 0 || type == "gauge", line);
        Assert.True(Values.TryAdd(series, number), $"{series} comes twice");
        _series[family] = _series.GetValueOrDefault(family) + 1;
    }

    private void Comment(string kind, string name, string rest)
    {
        switch (kind)
        {
            case "HELP":
                Assert.True(_helped.Add(name), $"{name} comes twice");
                Assert.EndsWith(".", rest, StringComparison.Ordinal);
                _family = name;
                break;
            case "TYPE":
                Assert.Equal(_family, name);
                Assert.Contains(rest, (string[])["counter", "gauge", "histogram"]);
                CheckName(name, rest);
                _types.Add(name, rest);
                break;
            case "UNIT":
                Assert.True(_isOpenMetrics);
                Assert.EndsWith('_' + rest, name, StringComparison.Ordinal);
                break;
            default:
                Assert.Fail(kind);
                break;
        }
    }

    private void CheckName(string name, string type)
    {
        Assert.Matches("^henge_[a-z][a-z0-9_]*$", name);
        Assert.Equal(type == "counter" && !_isOpenMetrics, name.EndsWith("_total", StringComparison.Ordinal));
        string[] words = name.Split('_');
        Assert.DoesNotContain(words, word => s_foreign.Contains(word));
        foreach (string unit in (string[])["seconds", "bytes", "ratio"])
        {
            string[] bare = words[^1] == "total" ? words[..^1] : words;
            Assert.True(!bare.Contains(unit) || bare[^1] == unit, $"{name}: the unit stands at the end");
        }
    }

    private string FamilyOf(string name)
    {
        foreach (string suffix in (string[])["_bucket", "_sum", "_count"])
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal)
                && _types.GetValueOrDefault(name[..^suffix.Length]) == "histogram")
            {
                return name[..^suffix.Length];
            }
        }
        return _isOpenMetrics && name.EndsWith("_total", StringComparison.Ordinal) ? name[..^"_total".Length] : name;
    }

    private void CheckHistograms()
    {
        foreach ((string family, _) in _types.Where(t => t.Value == "histogram"))
        {
            foreach ((string series, double count) in Values.Where(
                v => v.Key.StartsWith(family + "_count{", StringComparison.Ordinal)).ToArray())
            {
                string labels = series[(family.Length + "_count{".Length)..^1];
                double before = 0;
                double last = -1;
                foreach ((string bucket, double value) in Values.Where(v =>
                    v.Key.StartsWith(family + "_bucket{", StringComparison.Ordinal)
                    && v.Key.Replace(LabelLe().Match(v.Key).Value, "", StringComparison.Ordinal)
                        .Replace(",}", "}", StringComparison.Ordinal).Replace("{,", "{", StringComparison.Ordinal)
                        == $"{family}_bucket{{{labels}}}"))
                {
                    Assert.True(value >= before, $"{bucket} is less than the one before");
                    before = value;
                    last = bucket.Contains("le=\"+Inf\"", StringComparison.Ordinal) ? value : last;
                }
                Assert.Equal(count, last);
                Assert.True(Values.ContainsKey($"{family}_sum{{{labels}}}"), series);
            }
        }
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>\S+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\[\\n"])*",?""")]
    private static partial Regex Label();

    [GeneratedRegex("""le="[^"]*",?""")]
    private static partial Regex LabelLe();
}
