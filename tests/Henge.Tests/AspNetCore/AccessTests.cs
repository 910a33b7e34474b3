using System.Text;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class AccessTests
{
    private static readonly string[] Routes =
        ["/get?key=k", "/v1/cache/k", "/v1/cache", "/v1/stats", "/readyz", "/openapi/v1.json", "/"];

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:7400")]
    [InlineData("127.0.0.1:7400")]
    [InlineData("[::1]:7400")]
    [InlineData("10.1.2.3")]
    [InlineData("node-one")]
    [InlineData("cache.example")]
    [InlineData("cache.example:7400")]
    public async Task An_own_name_is_served(string host)
    {
        await using HttpNode node = await HttpNode.StartAsync(static o =>
        {
            o.Name = "node-one";
            o.Advertise = "cache.example:7400";
        });
        Assert.Equal(200, (await node.GetAsync("/v1/stats", ("Host", host))).Status);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("evil.example:7400")]
    public async Task A_foreign_name_is_refused_without_a_password(string host)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        foreach (string route in Routes)
        {
            HttpReply reply = await node.GetAsync(route, ("Host", host));
            Assert.Equal((421, "host-refused"), (reply.Status, reply.Code));
        }
        Assert.Equal(200, (await node.GetAsync("/healthz", ("Host", host))).Status);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "http://localhost:3000")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_page_of_another_site_reaches_no_data(string header, string value)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/k", "v");
        Assert.Equal("cross-site", (await node.GetAsync("/v1/cache/k", (header, value))).Code);
        Assert.Equal("cross-site", (await node.GetAsync("/get?key=k", (header, value))).Code);
        Assert.Equal("cross-site", (await node.GetAsync("/v1/stats", (header, value))).Code);
        Assert.Equal("cross-site", (await node.PutAsync("/v1/cache/k", "w", (header, value))).Code);
        Assert.Equal("cross-site", (await node.PostAsync("/v1/cache/k:append", "w", (header, value))).Code);
        Assert.Equal("cross-site", (await node.DeleteAsync("/v1/cache?all=true", (header, value))).Code);
        Assert.Equal(200, (await node.GetAsync("/", (header, value))).Status);
        Assert.Equal("v", (await node.GetAsync("/v1/cache/k")).Text);
    }

    [Fact]
    public async Task A_page_of_the_node_itself_is_served()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        (string, string) origin = ("Origin", $"http://127.0.0.1:{node.Port}");
        Assert.Equal(201, (await node.PutAsync("/v1/cache/k", "v", origin, ("Sec-Fetch-Site", "same-origin"))).Status);
        Assert.Equal(200, (await node.GetAsync("/v1/cache/k", ("Sec-Fetch-Site", "none"))).Status);
    }

    [Fact]
    public async Task With_a_password_every_route_but_health_asks_for_it()
    {
        await using HttpNode node = await HttpNode.StartAsync(o => o.Password = "s3cret");
        foreach (string route in Routes)
        {
            HttpReply reply = await node.GetAsync(route);
            Assert.Equal((401, "password-wanted"), (reply.Status, reply.Code));
            Assert.StartsWith("Basic", reply.Header("WWW-Authenticate"), StringComparison.Ordinal);
        }
        Assert.Equal(200, (await node.GetAsync("/healthz")).Status);
        Assert.Equal(401, (await node.PutAsync("/v1/cache/k", "v")).Status);
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Theory]
    [InlineData("Bearer", "s3:cret", 200)]
    [InlineData("bearer", "s3:cret", 200)]
    [InlineData("Basic", ":s3:cret", 200)]
    [InlineData("Basic", "default:s3:cret", 200)]
    [InlineData("Basic", "admin:s3:cret", 401)]
    [InlineData("Basic", "s3:cret", 401)]
    [InlineData("Bearer", "s3:cre", 401)]
    [InlineData("Bearer", "", 401)]
    [InlineData("Digest", "s3:cret", 401)]
    public async Task The_password_opens_as_bearer_token_or_basic(string scheme, string credentials, int status)
    {
        await using HttpNode node = await HttpNode.StartAsync(o => o.Password = "s3:cret");
        string sent = scheme == "Basic" ? Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)) : credentials;
        (string, string) host = ("Host", "any.name.example");
        Assert.Equal(status, (await node.GetAsync("/v1/stats", ("Authorization", $"{scheme} {sent}"), host)).Status);
    }

    [Fact]
    public async Task Guessing_is_slowed_down()
    {
        await using HttpNode node = await HttpNode.StartAsync(o => o.Password = "s3cret", time: new SteppedTime());
        HttpReply reply;
        int guesses = 0;
        do
        {
            reply = await node.GetAsync("/v1/stats", ("Authorization", $"Bearer guess{guesses++}"));
        }
        while (reply.Status == 401 && guesses < 100);
        Assert.Equal((429, "too-many-attempts", "1"), (reply.Status, reply.Code, reply.Header("Retry-After")));
    }

    [Fact]
    public async Task Who_is_in_stays_in_whatever_others_guess_from_the_same_address()
    {
        await using HttpNode node = await HttpNode.StartAsync(o => o.Password = "s3cret", time: new SteppedTime());
        (string, string) right = ("Authorization", "Bearer s3cret");
        Assert.Equal(200, (await node.GetAsync("/v1/stats", right)).Status);
        for (int i = 0; i < 20; i++)
        {
            string guessed = await GuessAsync(node, $"guess{i}");
            Assert.StartsWith(i < 10 ? "HTTP/1.1 401" : "HTTP/1.1 429", guessed, StringComparison.Ordinal);
        }

        Assert.Equal(200, (await node.GetAsync("/v1/stats", right)).Status);
        Assert.StartsWith("HTTP/1.1 429", await GuessAsync(node, "s3cret"), StringComparison.Ordinal);

        // A wrong password on its connection, where a proxy may have put it, ends that.
        Assert.Equal(401, (await node.GetAsync("/v1/stats", ("Authorization", "Bearer guess"))).Status);
        Assert.Equal(429, (await node.GetAsync("/v1/stats", right)).Status);
    }

    [Fact]
    public async Task Everything_served_but_the_dashboard_forbids_sniffing_scripts_and_framing()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        foreach (string route in Routes.Append("/healthz").Append("/nothing").Where(static route => route != "/"))
        {
            HttpReply reply = await node.GetAsync(route);
            Assert.Equal("nosniff", reply.Header("X-Content-Type-Options"));
            Assert.Equal(
                "default-src 'none'; frame-ancestors 'none'; sandbox", reply.Header("Content-Security-Policy"));
            Assert.DoesNotContain(reply.Headers.Keys, k => k.StartsWith("Access-Control", StringComparison.Ordinal));
            Assert.Null(reply.Header("Server"));
        }
    }

    private static Task<string> GuessAsync(HttpNode node, string password) => node.RawAsync(
        $"GET /v1/stats HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {password}\r\nConnection: close\r\n\r\n");
}
