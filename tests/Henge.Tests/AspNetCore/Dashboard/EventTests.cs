using System.Net.Sockets;
using System.Text;
using System.Text.Json;

using Henge.AspNetCore;
using Henge.Cluster;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.AspNetCore.Dashboard;

/// <summary><c>/v1/events</c>, over real sockets.</summary>
[Collection(TransportCollection.Name)]
public sealed class EventTests
{
    private static readonly HttpLimits s_quick = new()
    {
        EventInterval = TimeSpan.FromMilliseconds(5),
        EventListeners = 2,
    };

    [Fact]
    public async Task First_comes_the_placement_then_the_overview_and_soon_rates()
    {
        await using HttpNode node = await StartAsync();
        await node.PutAsync("/v1/cache/k", "v");
        await using EventStream stream = await EventStream.OpenAsync(node);
        Assert.Equal(200, (int)stream.Response.StatusCode);
        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType!.ToString());
        Assert.True(stream.Response.Headers.CacheControl!.NoStore);

        (string name, JsonElement placement) = (await stream.NextAsync())!.Value;
        Assert.Equal("placement", name);
        Assert.Equal(
            (Slot.Count / 32, 32, 1),
            (placement.GetProperty("owners").GetArrayLength(), placement.GetProperty("step").GetInt32(),
                placement.GetProperty("members").GetArrayLength()));
        Assert.All(placement.GetProperty("owners").EnumerateArray(), static o => Assert.Equal(0, o.GetInt32()));

        (name, JsonElement first) = (await stream.NextAsync())!.Value;
        Assert.Equal("overview", name);
        Assert.Equal(JsonValueKind.Null, first.GetProperty("total").GetProperty("rates").ValueKind);
        Assert.Equal(1, first.GetProperty("total").GetProperty("entries").GetInt64());
        Assert.Equal(
            node.Node.NodeIdText,
            first.GetProperty("cluster").GetProperty("members")[0].GetProperty("id").GetString());
        Assert.True(first.GetProperty("figures").TryGetProperty(node.Node.NodeIdText, out _));

        await node.GetAsync("/v1/cache/k");
        JsonElement second = await stream.UntilAsync(static overview =>
            overview.GetProperty("total").GetProperty("rates") is { ValueKind: JsonValueKind.Object } rates
            && rates.GetProperty("hits").GetDouble() > 0);
        Assert.Equal(1, second.GetProperty("total").GetProperty("hits").GetInt64());
        Assert.True(second.GetProperty("total").GetProperty("rates").GetProperty("operations")
            .TryGetProperty("http", out _));
    }

    [Fact]
    public async Task Members_figures_and_happenings_are_those_of_the_whole_ring()
    {
        await using HttpNode first = await StartAsync(static options => options.Name = "first");
        HttpNode second = await StartAsync(options =>
        {
            options.Name = "<img/src=x/onerror=alert(1)>";
            options.LeaveTimeout = TimeSpan.Zero;
            options.Peers.Add($"127.0.0.1:{first.Port}");
        });
        await using EventStream stream = await EventStream.OpenAsync(first);
        JsonElement both = await stream.UntilAsync(static overview =>
            overview.GetProperty("figures").EnumerateObject().Count() == 2
            && overview.GetProperty("cluster").GetProperty("members").GetArrayLength() == 2);
        long limits = both.GetProperty("figures").EnumerateObject()
            .Sum(static member => member.Value.GetProperty("limit_bytes").GetInt64());
        Assert.Equal(limits, both.GetProperty("total").GetProperty("limit_bytes").GetInt64());
        Assert.Contains(
            both.GetProperty("happenings").EnumerateArray(),
            happening => happening.GetProperty("kind").GetString() == "member_joined"
                && happening.GetProperty("member").GetString() == second.Node.Options.Name);
        await second.DisposeAsync();
        JsonElement alone = await stream.UntilAsync(overview =>
            overview.GetProperty("cluster").GetProperty("members").EnumerateArray().Any(member =>
                member.GetProperty("id").GetString() == second.Node.NodeIdText
                && member.GetProperty("state").GetString() != "alive"));
        Assert.False(alone.GetProperty("figures").TryGetProperty(second.Node.NodeIdText, out _));
    }

    [Fact]
    public async Task So_many_may_listen_and_no_more()
    {
        await using HttpNode node = await StartAsync();
        EventStream one = await EventStream.OpenAsync(node);
        await using EventStream two = await EventStream.OpenAsync(node);
        await one.NextAsync();
        await two.NextAsync();

        HttpReply refused = await node.GetAsync("/v1/events");
        Assert.Equal((503, "too-many-listeners", "10"), (refused.Status, refused.Code, refused.Header("Retry-After")));
        HttpReply head = await node.SendAsync(HttpMethod.Head, "/v1/events");
        Assert.Equal((200, "text/event-stream"), (head.Status, head.Header("Content-Type")));

        await one.DisposeAsync();
        await TransportHost.UntilAsync(() => node.Host.Listeners == 1);
        await using EventStream three = await EventStream.OpenAsync(node);
        Assert.NotNull(await three.NextAsync());
    }

    [Fact]
    public async Task A_stop_ends_the_stream_and_does_not_wait_for_it()
    {
        await using HttpNode node = await HttpNode.StartAsync(limits: new HttpLimits());
        await using EventStream stream = await EventStream.OpenAsync(node);
        await stream.NextAsync();
        await stream.NextAsync();
        // No token: it would wait for ever for a request that does not end.
        await node.Host.StopAsync(CancellationToken.None);
        Assert.Null(await stream.NextAsync());
        Assert.Equal(0, node.Host.Listeners);
    }

    [Fact]
    public async Task One_who_takes_nothing_is_cut()
    {
        await using HttpNode node = await HttpNode.StartAsync(limits: new HttpLimits
        {
            EventInterval = TimeSpan.FromTicks(1),
            SlowListener = TimeSpan.FromMilliseconds(50),
        });
        using var client = new TcpClient { ReceiveBufferSize = 1024 };
        await client.ConnectAsync("127.0.0.1", node.Port, TestContext.Current.CancellationToken);
        byte[] request = Encoding.ASCII.GetBytes("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await client.GetStream().WriteAsync(request, TestContext.Current.CancellationToken);
        await TransportHost.UntilAsync(() => node.Host.Listeners == 1);
        await TransportHost.UntilAsync(() => node.Host.Listeners == 0);
    }

    [Fact]
    public async Task It_ends_when_the_password_is_another()
    {
        await using HttpNode node = await StartAsync(static options => options.Password = "one");
        await using EventStream stream = await EventStream.OpenAsync(node, "Bearer one");
        Assert.NotNull(await stream.NextAsync());
        node.Node.Options.Password = "two";
        await TransportHost.UntilAsync(() => node.Host.Listeners == 0);
        while (await stream.NextAsync() is not null)
        {
            // What was on its way.
        }
        Assert.Equal(401, (await node.GetAsync("/v1/events", ("Authorization", "Bearer one"))).Status);
    }

    [Fact]
    public async Task Pages_of_others_are_refused_and_so_are_other_hosts()
    {
        await using HttpNode node = await StartAsync();
        foreach (string path in (string[])["/v1/events", "/v1/inspect/k"])
        {
            Assert.Equal("cross-site", (await node.GetAsync(path, ("Sec-Fetch-Site", "cross-site"))).Code);
            Assert.Equal("cross-site", (await node.GetAsync(path, ("Origin", "http://evil.example"))).Code);
            Assert.Equal("host-refused", (await node.GetAsync(path, ("Host", "evil.example"))).Code);
        }
        Assert.Equal("host-refused", (await node.GetAsync("/", ("Host", "evil.example"))).Code);
        Assert.Equal(200, (await node.GetAsync("/", ("Sec-Fetch-Site", "cross-site"))).Status);
    }

    [Fact]
    public async Task Listening_is_no_latency()
    {
        await using HttpNode node = await StartAsync();
        EventStream stream = await EventStream.OpenAsync(node);
        await stream.NextAsync();
        await stream.DisposeAsync();
        await TransportHost.UntilAsync(() => node.Node.Http.AllRequests == 1);
        Assert.Equal(0, node.Node.Http.Durations.Sum);
    }

    private static Task<HttpNode> StartAsync(Action<HengeOptions>? configure = null) =>
        HttpNode.StartAsync(configure, s_quick);
}
