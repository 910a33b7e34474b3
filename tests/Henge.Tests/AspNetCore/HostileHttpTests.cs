using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Henge.AspNetCore;
using Henge.Tests.Live;

using Xunit;

namespace Henge.Tests.AspNetCore;

/// <summary>Group E of the attacks: raw bytes against the real stack, on the node's one port.</summary>
public sealed class HostileHttpTests
{
    private const string Put = "PUT /v1/cache/k HTTP/1.1\r\nHost: localhost\r\n";

    [Theory]
    [InlineData(Put + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(Put + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
    [InlineData(Put + "Content-Length: -1\r\n\r\n")]
    [InlineData(Put + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n")]
    [InlineData(Put + "Transfer-Encoding: chunked\r\n\r\n2;\nxx\r\n0\r\n\r\n")]
    [InlineData(Put + "Transfer-Encoding: chunked\r\n\r\n2;\rxx\r\n0\r\n\r\n")]
    [InlineData(Put + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nxx\r\n0\r\n\r\n")]
    [InlineData(Put + "Transfer-Encoding: chunked\r\n\r\n2\r\nxxyy0\r\n\r\n")]
    [InlineData(Put + "Transfer-Encoding: chunked\r\n\r\n-2\r\nxx\r\n0\r\n\r\n")]
    [InlineData("PUT /v1/cache/k HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")]
    [InlineData(Put + "Host: other\r\nContent-Length: 1\r\n\r\nx")]
    [InlineData("PUT http://other/v1/cache/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx")]
    [InlineData(Put + "Content-Length : 1\r\n\r\nx")]
    [InlineData(Put + " folded: 1\r\nContent-Length: 1\r\n\r\nx")]
    [InlineData("PUT /v1/cache/a%00b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx")]
    public async Task What_two_readers_could_read_in_two_ways_is_400_and_closed(string request)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string reply = await node.RawAsync(request);
        // A reset that follows what was left unread may overtake the reply; a second reply there must never be.
        Assert.True(reply.Length == 0 || reply.StartsWith("HTTP/1.1 400", StringComparison.Ordinal), reply);
        Assert.InRange(reply.Split("HTTP/1.1 ").Length, 1, 2);
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Fact]
    public async Task Too_many_headers_are_431()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string headers = string.Concat(Enumerable.Range(0, 101).Select(i => $"x-{i}: 1\r\n"));
        Assert.StartsWith("HTTP/1.1 431", await node.RawAsync($"GET / HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"));
        string longHeader = $"x: {new string('a', 33_000)}\r\n";
        string reply = await node.RawAsync($"GET / HTTP/1.1\r\nHost: localhost\r\n{longHeader}\r\n");
        Assert.StartsWith("HTTP/1.1 431", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_line_that_is_too_long_is_refused()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string reply = await node.RawAsync($"GET /{new string('a', 9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.True(reply.Length == 0 || reply.StartsWith("HTTP/1.1 414", StringComparison.Ordinal), reply);
    }

    [Fact]
    public async Task A_body_never_reaches_the_RESP_reader()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        const string Script = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n";
        string reply = await node.RawAsync(
            $"POST /set HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: {Script.Length}\r\n"
            + $"Connection: close\r\n\r\n{Script}");
        Assert.StartsWith("HTTP/1.1 415", reply, StringComparison.Ordinal);
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Fact]
    public async Task A_body_that_is_announced_too_long_is_413_before_it_is_sent()
    {
        await using HttpNode node = await HttpNode.StartAsync(o => o.MaxValue = 1024);
        string reply = await node.RawAsync(Put + "Content-Length: 1025\r\nExpect: 100-continue\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413", reply, StringComparison.Ordinal);
        Assert.Contains("value-too-long", reply, StringComparison.Ordinal);
        Assert.DoesNotContain("100 Continue", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunked_body_that_grows_too_long_is_413()
    {
        await using HttpNode node = await HttpNode.StartAsync(o => o.MaxValue = 1024);
        string chunk = $"200\r\n{new string('x', 512)}\r\n";
        string fits = await node.RawAsync(
            Put + $"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{chunk}{chunk}0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 201", fits, StringComparison.Ordinal);
        string reply = await node.RawAsync(
            Put + $"Transfer-Encoding: chunked\r\n\r\n{chunk}{chunk}1\r\nx\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413", reply, StringComparison.Ordinal);
        Assert.Equal(1024, (await node.GetAsync("/v1/cache/k")).Body.Length);
    }

    [Fact]
    public async Task Headers_that_do_not_end_are_given_up()
    {
        await using HttpNode node = await HttpNode.StartAsync(
            limits: new HttpLimits { RequestHeadersTimeout = TimeSpan.FromSeconds(1) });
        string reply = await node.RawAsync("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: 1");
        Assert.StartsWith("HTTP/1.1 408", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_given_up_and_its_memory_is_back()
    {
        await using HttpNode node = await HttpNode.StartAsync(
            limits: new HttpLimits { RateGrace = TimeSpan.FromSeconds(1.1) });
        string reply = await node.RawAsync(Put + "Content-Length: 1000\r\n\r\nab");
        Assert.StartsWith("HTTP/1.1 408", reply, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"bad-request\"", reply, StringComparison.Ordinal);
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Fact]
    public async Task Bodies_beyond_the_budget_are_503_and_ask_to_come_again()
    {
        await using HttpNode node = await HttpNode.StartAsync(
            o => o.MaxValue = 1 << 20,
            // On a busy machine the one that waits would else be given up before the other has come.
            new HttpLimits { BodiesInFlight = 1, RateGrace = TimeSpan.FromMinutes(10) });
        // Two bodies have 1 MiB and half of one of the budget, and wait for their last bytes: for another MiB there is
        // no room, however it comes.
        Assert.InRange(HttpLimits.JsonBodyBytes(1 << 20), 7 << 18, (10 << 18) - 1);
        long before = node.Node.Store.GetStatistics().ChargedBytes;
        using TcpClient first = await HoldAsync(node, 1 << 20, before + (1 << 20));
        using TcpClient second = await HoldAsync(node, 500_000, before + (3 << 19));
        string reply = await node.RawAsync(
            "PUT /v1/cache/other HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Length: 1048576\r\n\r\n"
            + new string('y', 1 << 20));
        Assert.StartsWith("HTTP/1.1 503", reply, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 1", reply, StringComparison.Ordinal);
        foreach (TcpClient holder in new[] { first, second })
        {
            await holder.GetStream().WriteAsync("x"u8.ToArray(), TestContext.Current.CancellationToken);
            byte[] answer = new byte[11];
            await holder.GetStream().ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
            Assert.Equal("HTTP/1.1 20", Encoding.ASCII.GetString(answer));
        }
    }

    // Sends all of a body but its last byte, and waits until the node has taken so much for it. While a buffer grows
    // the old one counts too: a quarter of a MiB above is not yet at rest.
    private static async Task<TcpClient> HoldAsync(HttpNode node, int bytes, long charged)
    {
        var holder = new TcpClient();
        await holder.ConnectAsync(IPAddress.Loopback, node.Port, TestContext.Current.CancellationToken);
        string head = Put + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bytes}\r\n\r\n");
        byte[] most = Encoding.ASCII.GetBytes(head + new string('x', bytes - 1));
        await holder.GetStream().WriteAsync(most, TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(
            () => Task.FromResult(node.Node.Store.GetStatistics().ChargedBytes - charged is >= 0 and < 1 << 18),
            "a body that is held");
        return holder;
    }

    [Fact]
    public async Task Requests_in_one_packet_are_answered_in_order()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string many = string.Concat(Enumerable.Range(0, 20).Select(i =>
            $"PUT /v1/cache/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{i:00}"
            + "GET /v1/cache/k HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        string reply = await node.RawAsync(
            many + "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        int at = 0;
        for (int i = 0; i < 20; i++)
        {
            at = reply.IndexOf($"\r\n\r\n{i:00}HTTP/1.1", at, StringComparison.Ordinal);
            Assert.True(at > 0);
        }
    }

    [Fact]
    public async Task The_end_of_every_connection_gives_its_charge_back()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        for (int i = 0; i < 50; i++)
        {
            await node.RawAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        }
        HttpReply stats = await node.GetAsync("/v1/stats");
        Assert.InRange(stats.Json.GetProperty("http_connections").GetInt64(), 1, 49);
    }
}
