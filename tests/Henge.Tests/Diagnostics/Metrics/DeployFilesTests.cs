using System.Text.Json;
using System.Text.RegularExpressions;

using Henge.Diagnostics.Figures;
using Henge.Diagnostics.Metrics;
using Henge.Tests.AspNetCore;
using Henge.Tests.Tidy;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.Diagnostics.Metrics;

/// <summary>The board and the alert rules ask for what is there, and every alert has its reason and its page.</summary>
[Collection(TransportCollection.Name)]
public sealed partial class DeployFilesTests
{
    private static readonly string[] s_general = ["job", "instance", "le"];

    private static readonly Dictionary<string, Metric> s_samples = MetricCatalogue.OfNodes
        .SelectMany(static metric => metric.Kind == MetricKind.Histogram
            ? new[] { "_bucket", "_sum", "_count" }.Select(suffix => (metric.Family + suffix, metric))
            : [(metric.PrometheusName, metric)])
        .ToDictionary(static pair => pair.Item1, static pair => pair.metric);

    [Fact]
    public void Every_metric_that_is_asked_for_is_in_the_catalogue_and_counters_are_asked_for_their_rate()
    {
        foreach (string expression in Expressions())
        {
            MatchCollection names = Name().Matches(expression);
            Assert.True(names.Count > 0 || expression.StartsWith("up{", StringComparison.Ordinal), expression);
            foreach (Match name in names)
            {
                Assert.True(s_samples.TryGetValue(name.Value, out Metric? metric), $"{name.Value} in {expression}");
                bool isRate = expression[..name.Index].EndsWith("rate(", StringComparison.Ordinal)
                    || expression[..name.Index].EndsWith("increase(", StringComparison.Ordinal);
                Assert.True(isRate == metric.Kind is MetricKind.Counter or MetricKind.Histogram, expression);
            }
        }
    }

    [Fact]
    public async Task Every_label_is_one_that_the_metrics_have_with_a_value_that_it_takes()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        NodeFigures figures = await NodeFigures.TakeAsync(node.Node, TestContext.Current.CancellationToken);
        string text = PrometheusText.Write(figures, openMetrics: false);
        HashSet<string> pairs = [.. Pair().Matches(text).Select(static pair => pair.Value)];
        foreach (string expression in Expressions())
        {
            HashSet<string> known = [.. s_general, .. Name().Matches(expression)
                .SelectMany(static name => s_samples[name.Value].Tags.Split(','))];
            Assert.All(
                By().Matches(expression).SelectMany(static by => by.Groups[1].Value.Split(", ")),
                label => Assert.True(known.Contains(label), $"{label} in {expression}"));
            foreach (Match matcher in Matcher().Matches(expression))
            {
                string label = matcher.Groups[1].Value;
                Assert.True(known.Contains(label), $"{label} in {expression}");
                Assert.All(
                    s_general.Contains(label) ? [] : matcher.Groups[2].Value.Split('|'),
                    value => Assert.Contains($"{label}=\"{value}\"", pairs));
            }
        }
    }

    [Fact]
    public void Every_alert_has_a_reason_and_a_page_and_every_page_an_alert()
    {
        string rules = Read("deploy/prometheus/alerts.yml");
        string[] alerts = [.. AlertName().Matches(rules).Select(static name => name.Groups[1].Value)];
        Assert.Equal(alerts.Distinct(), alerts);
        foreach (string part in (string[])["expr: '", "for: ", "severity: ", "summary: '", "description: '"])
        {
            Assert.Equal(alerts.Length, Regex.Count(rules, "^ +" + Regex.Escape(part), RegexOptions.Multiline));
        }
        Assert.Equal(
            alerts.Select(static alert => $"docs/operations.md#{alert.ToLowerInvariant()}"),
            Runbook().Matches(rules).Select(static url => url.Groups[1].Value));
        Assert.Equal(
            alerts, Heading().Matches(Read("docs/operations.md")).Select(static heading => heading.Groups[1].Value));
    }

    [Fact]
    public void Every_panel_of_the_board_has_a_unit_a_sentence_and_a_place_of_its_own()
    {
        using JsonDocument board = JsonDocument.Parse(Read("deploy/grafana/henge.json"));
        var taken = new HashSet<(int, int)>();
        foreach (JsonElement panel in board.RootElement.GetProperty("panels").EnumerateArray())
        {
            JsonElement at = panel.GetProperty("gridPos");
            for (int x = 0; x < at.GetProperty("w").GetInt32(); x++)
            {
                for (int y = 0; y < at.GetProperty("h").GetInt32(); y++)
                {
                    int column = at.GetProperty("x").GetInt32() + x;
                    Assert.True(column < 24 && taken.Add((column, at.GetProperty("y").GetInt32() + y)));
                }
            }
            if (panel.GetProperty("type").GetString() != "row")
            {
                Assert.NotEmpty(panel.GetProperty("description").GetString()!);
                Assert.NotEmpty(
                    panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString()!);
            }
        }
    }

    private static IEnumerable<string> Expressions()
    {
        using JsonDocument board = JsonDocument.Parse(Read("deploy/grafana/henge.json"));
        string[] ofBoard = [.. board.RootElement.GetProperty("panels").EnumerateArray()
            .Where(static panel => panel.TryGetProperty("targets", out _))
            .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray())
            .Select(static target => target.GetProperty("expr").GetString()!)];
        string[] ofAlerts = [.. Expression().Matches(Read("deploy/prometheus/alerts.yml"))
            .Select(static expression => expression.Groups[1].Value)];
        Assert.NotEmpty(ofAlerts);
        return [.. ofBoard, .. ofAlerts];
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    [GeneratedRegex(@"\bhenge_[a-z_]+")]
    private static partial Regex Name();

    [GeneratedRegex(@"\bby \(([a-z, ]+)\)")]
    private static partial Regex By();

    [GeneratedRegex("""([a-z]+)=~?"([^"]*)"(?=[,}])""")]
    private static partial Regex Matcher();

    [GeneratedRegex("""[a-z]+="[^"]*"(?=[,}])""")]
    private static partial Regex Pair();

    [GeneratedRegex(@"^ +- alert: (\w+)$", RegexOptions.Multiline)]
    private static partial Regex AlertName();

    [GeneratedRegex("^ +expr: '(.+)'$", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex(@"^ +runbook_url: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Runbook();

    [GeneratedRegex(@"^### (Henge\w+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
