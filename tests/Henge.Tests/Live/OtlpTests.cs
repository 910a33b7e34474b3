using System.Globalization;

using Henge.Diagnostics.Metrics;

using Xunit;

namespace Henge.Tests.Live;

/// <summary>What a node sends where OpenTelemetry's variables ask for it, and that it else sends nothing.</summary>
[Collection(LiveCollection.Name)]
public sealed class OtlpTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_collector_gets_every_metric_and_a_span_for_what_another_node_does()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync();
        await using HengeProcess first = await StartAsync(collector.Address, "n1");
        await using HengeProcess second = await StartAsync(
            collector.Address, "n2", "--peers", first.EndPoint.ToString());
        using (RawClient client = await second.ConnectAsync())
        {
            for (int i = 0; i < 64; i++)
            {
                Assert.Equal("+OK", await client.CallAsync("SET", i.ToString(CultureInfo.InvariantCulture), "v"));
            }
        }

        string[] expected =
        [
            // These nodes have no source of discovery and too few reads for a ratio, and so no series of either.
            .. MetricCatalogue.OfNodes.Where(static metric => metric.Tags is not "source" and not "factor")
                .SelectMany(static metric => metric.Kind == MetricKind.Histogram
                ? [metric.Name + ".bucket", metric.Name + ".sum", metric.Name + ".count"]
                : (string[])[metric.Name]).Select(static name => "metric " + name),
            "span henge set", "resource service.name=shop-cache", "resource host.name=n1", "resource host.name=n2",
        ];
        await collector.WaitForAsync(names => !expected.Except(names).Any(), Cancel);
        Assert.Equal("", first.Errors + second.Errors);
    }

    [Fact]
    public async Task Without_an_endpoint_no_part_of_OpenTelemetry_is_loaded()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        await using HengeProcess node = await HengeProcess.StartAsync();
        Assert.True(node.HasLoaded("Henge.Storage"));
        Assert.False(node.HasLoaded("OpenTelemetry"));
    }

    [Fact]
    public async Task A_collector_that_is_away_is_said_once_and_holds_nobody_up()
    {
        await using HengeProcess node = await StartAsync("http://127.0.0.1:9", "n1");
        using (RawClient client = await node.ConnectAsync())
        {
            Assert.Equal("+PONG", await client.CallAsync("PING"));
        }
        await Eventually.HoldsAsync(
            () => Task.FromResult(node.Errors.Contains("could not be sent by OTLP", StringComparison.Ordinal)),
            "a line about the collector");
        await node.TerminateAsync();
        Assert.Equal(0, await node.EndAsync());
        Assert.Single(node.Errors.Split('\n'), static line => line.Contains("OTLP", StringComparison.Ordinal));
    }

    private static Task<HengeProcess> StartAsync(string endpoint, string name, params string[] options) =>
        HengeProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
                ["OTEL_SERVICE_NAME"] = "shop-cache",
            },
            ["--port", "0", "--name", name, "--log-level", "warning", .. options]);
}
