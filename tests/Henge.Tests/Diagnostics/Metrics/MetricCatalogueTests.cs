using System.Diagnostics.Metrics;

using Henge.Diagnostics.Meters;
using Henge.Diagnostics.Metrics;
using Henge.Tests.Tidy;

using Xunit;

namespace Henge.Tests.Diagnostics.Metrics;

/// <summary>The catalogue against itself, the instruments, and its page.</summary>
public sealed class MetricCatalogueTests
{
    private static readonly IEnumerable<Metric> All = MetricCatalogue.OfNodes.Concat(MetricCatalogue.OfCaches);

    [Fact]
    public void Names_differ_and_every_row_has_a_unit_that_is_known_and_a_sentence()
    {
        Assert.Equal(All.Count(), All.Select(m => m.PrometheusName).Distinct().Count());
        foreach (Metric metric in All)
        {
            Assert.Matches("^henge(\\.[a-z_]+)+$", metric.Name);
            Assert.Matches("^(s|By|1||\\{[a-z]+\\})$", metric.Unit);
            Assert.Matches("^[A-Z0-9].*\\.$", metric.Help);
            Assert.True(metric.Kind != MetricKind.Histogram || metric.Unit == "s", metric.Name);
        }
        Assert.All(MetricCatalogue.OfNodes, static metric => Assert.NotNull(metric.Read));
    }

    [Fact]
    public void The_meter_has_an_instrument_for_every_row_and_no_other()
    {
        using var node = new HengeNode(new HengeOptions { Memory = 16 << 20 });
        var published = new Dictionary<string, Instrument>();
        using var listener = new MeterListener();
        object? scope = null;
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == NodeMeters.MeterName && instrument.Meter.Scope == scope)
            {
                published.Add(instrument.Name, instrument);
            }
        };
        using var factory = new OneMeterFactory();
        scope = factory;
        listener.Start();
        using var meters = new NodeMeters(node, factory);
        foreach (Metric metric in All)
        {
            bool isSplit = metric is { Kind: MetricKind.Histogram, Read: not null };
            foreach (string name in isSplit
                ? [metric.Name + ".bucket", metric.Name + ".sum", metric.Name + ".count"]
                : (string[])[metric.Name])
            {
                if (name.StartsWith("henge.cache.first_level.", StringComparison.Ordinal)
                    && !published.ContainsKey(name))
                {
                    // Made where a first level is watched.
                    continue;
                }
                Assert.True(published.Remove(name, out Instrument? instrument), name);
                Assert.Equal(metric.Help, instrument.Description);
                Assert.True(isSplit || metric.Unit == (instrument.Unit ?? ""), name);
            }
        }
        Assert.Empty(published.Keys);
    }

    [Fact]
    public void The_page_has_every_row_as_it_is_and_no_other()
    {
        string[] expected = [.. All.Select(Row)];
        string[] written = [.. File.ReadAllLines(Path.Combine(Repository.Root, "docs/metrics.md"))
            .Where(static line => line.StartsWith("| `henge.", StringComparison.Ordinal))];
        Assert.True(
            expected.Order().SequenceEqual(written.Order()),
            "docs/metrics.md lacks:\n" + string.Join('\n', expected.Except(written))
            + "\nand has:\n" + string.Join('\n', written.Except(expected)));
    }

    internal static string Row(Metric metric)
    {
        string prometheus = metric.Read is null ? "" : $"`{metric.PrometheusName}`";
        string kind = metric.Kind.ToString().ToLowerInvariant();
        string tags = metric.Tags.Replace(",", ", ", StringComparison.Ordinal);
        return $"| `{metric.Name}` | {prometheus} | {kind} | {metric.Unit} | {tags} | {metric.Help} |";
    }
}
