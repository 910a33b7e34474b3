using Henge.Diagnostics.Metrics;
using Henge.Tests.Diagnostics.Metrics;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.AspNetCore;

/// <summary><c>/metrics</c>, over real sockets.</summary>
[Collection(TransportCollection.Name)]
public sealed class MetricsHttpTests
{
    private const string OpenMetrics =
        "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    [Fact]
    public async Task What_is_served_is_clean_and_has_every_metric()
    {
        await using HttpNode node = await HttpNode.StartAsync(static o => o.Name = "a\"b\\c");
        await node.PutAsync("/v1/cache/k", "v");
        await node.GetAsync("/v1/cache/k");
        await node.GetAsync("/v1/cache/none");
        await UseRespAsync(node);

        HttpReply plain = await node.GetAsync("/metrics");
        Assert.Equal((200, PrometheusText.PlainType), (plain.Status, plain.Header("Content-Type")));
        PrometheusLint lint = PrometheusLint.Read(plain.Text);
        Assert.Equal(
            MetricCatalogue.OfNodes.Select(static m => m.PrometheusName).Order(), lint.Types.Keys.Order());
        Assert.Equal(2, lint.Values["henge_store_hits_total{}"]);
        Assert.Equal(1, lint.Values["""henge_http_requests_total{method="GET",status="4xx"}"""]);
        Assert.Equal(1, lint.Values["""henge_http_requests_total{method="PUT",status="2xx"}"""]);
        Assert.Equal(3, lint.Values["""henge_commands_total{group="string"}"""]);
        Assert.Equal(3, lint.Values["""henge_command_duration_seconds_count{group="string"}"""]);
        Assert.Equal(1, lint.Values["henge_http_connections{}"]);
        Assert.Contains(
            lint.Values.Keys, static series => series.Contains("name=\"a\\\"b\\\\c\"", StringComparison.Ordinal));
        Assert.Equal(
            lint.Values["henge_store_memory_usage_bytes{}"],
            lint.Values.Where(static v => v.Key.StartsWith("henge_memory_parts_bytes{", StringComparison.Ordinal))
                .Sum(static v => v.Value));
    }

    [Fact]
    public async Task OpenMetrics_is_served_to_who_asks_for_it()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply open = await node.GetAsync("/metrics", ("Accept", OpenMetrics));
        Assert.Equal((200, PrometheusText.OpenMetricsType), (open.Status, open.Header("Content-Type")));
        PrometheusLint lint = PrometheusLint.Read(open.Text, openMetrics: true);
        Assert.Equal(MetricCatalogue.OfNodes.Select(static m => m.Family).Order(), lint.Types.Keys.Order());
    }

    [Fact]
    public async Task Every_peer_adds_at_most_three_series()
    {
        await using HttpNode first = await HttpNode.StartAsync(static o => o.Name = "n0");
        int alone = PrometheusLint.Read((await first.GetAsync("/metrics")).Text).Values.Count;
        await using HttpNode second = await JoinAsync(first, "same");
        await using HttpNode third = await JoinAsync(first, "n2");
        await TransportHost.UntilAsync(() => first.Node.Ring!.Snapshot.View.Members.Count == 3);
        PrometheusLint lint = PrometheusLint.Read((await first.GetAsync("/metrics")).Text);
        // What probes measure comes with the first of them.
        Assert.InRange(lint.Values.Count, alone + 2, alone + 6);
        Assert.Equal(3, lint.Values["""henge_ring_members{state="alive"}"""]);
        Assert.True(lint.Values["""henge_ring_events_total{event="member_joined"}"""] >= 2);
        Assert.Equal(2, lint.Values.Count(static v => v.Key.StartsWith("henge_peer_up{", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task With_metrics_off_nothing_is_counted_or_served()
    {
        await using HttpNode node = await HttpNode.StartAsync(static o => o.Metrics = false);
        HttpReply off = await node.GetAsync("/metrics");
        Assert.Equal((404, "metrics-off"), (off.Status, off.Code));
        Assert.Null((await node.GetAsync("/v1/cache/none")).Header("X-Cache-Miss"));
        Assert.Null((await node.GetAsync("/v1/cache/none?lease=5s")).Header("X-Cache-Miss"));
        Assert.All(node.Node.Ring!.Lanes, static lane => Assert.Null(lane.Figures));
        Assert.Equal(0, node.Node.Http.Requests(0, 3));
    }

    [Fact]
    public async Task With_a_password_the_metrics_want_it()
    {
        await using HttpNode node = await HttpNode.StartAsync(static o => o.Password = "pw-7f3a");
        Assert.Equal(401, (await node.GetAsync("/metrics")).Status);
        HttpReply shown = await node.GetAsync("/metrics", ("Authorization", "Bearer pw-7f3a"));
        Assert.Equal(200, shown.Status);
        Assert.DoesNotContain("pw-7f3a", shown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task INFO_shows_the_same_to_who_has_a_Redis_client()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await UseRespAsync(node);
        using RawClient client = await RawClient.ConnectAsync(node.Node);
        await client.SendAsync("INFO metrics\r\n");
        var lines = new List<string>();
        do
        {
            lines.Add(await client.LineAsync() ?? throw new EndOfStreamException());
        }
        while (lines[^1] != "henge_peer_messages_bad_total:0");
        string text = string.Join("\r\n", lines);
        Assert.Contains("henge_store_hits_total:1\r\n", text, StringComparison.Ordinal);
        Assert.Contains("henge_commands_total{group=string}:3\r\n", text, StringComparison.Ordinal);
        Assert.Contains("henge_command_duration_seconds{group=string}:count=3,sum=", text, StringComparison.Ordinal);
    }

    private static Task<HttpNode> JoinAsync(HttpNode other, string name) => HttpNode.StartAsync(o =>
    {
        o.Name = name;
        o.LeaveTimeout = TimeSpan.Zero;
        o.Peers.Add($"127.0.0.1:{other.Port}");
    });

    private static async Task UseRespAsync(HttpNode node)
    {
        using RawClient client = await RawClient.ConnectAsync(node.Node);
        await client.SendAsync("SET r v\r\nGET r\r\nGET none\r\nPING\r\n");
        foreach (string expected in (string[])["+OK", "$1", "v", "$-1", "+PONG"])
        {
            Assert.Equal(expected, await client.LineAsync());
        }
    }
}
