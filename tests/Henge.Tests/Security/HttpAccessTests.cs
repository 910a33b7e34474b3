using System.Text;

using Henge.AspNetCore.Routes;
using Henge.Security;
using Henge.Storage;
using Henge.Tests.AspNetCore;

using Xunit;

namespace Henge.Tests.Security;

/// <summary>The whole table of HTTP routes against every kind of user.</summary>
public sealed class HttpAccessTests
{
    private static readonly string s_hash = PasswordHash.Of("pass"u8, iterations: 1000).ToString();

    // A call of each method that a path has, with what it needs and whether it is about the key; written down once
    // more, so that a new route is a decision.
    private static readonly (string Method, string Template, string Path, string Body, Role Needs, bool HasKey)[]
        s_calls =
        [
            ("GET", "/get", "/get?key=KEY", "", Role.Read, true),
            ("POST", "/set", "/set", """{"key":"KEY","value":"v"}""", Role.Write, true),
            ("GET", "/v1/cache", "/v1/cache?match=KEY*", "", Role.Read, true),
            ("DELETE", "/v1/cache", "/v1/cache?prefix=KEY", "", Role.Write, true),
            ("GET", "/v1/cache/{key}", "/v1/cache/KEY", "", Role.Read, true),
            ("PUT", "/v1/cache/{key}", "/v1/cache/KEY", "v", Role.Write, true),
            ("DELETE", "/v1/cache/{key}", "/v1/cache/KEY", "", Role.Write, true),
            ("POST", "/v1/cache/{key}:incr", "/v1/cache/KEY:incr", "", Role.Write, true),
            ("POST", "/v1/cache/{key}:touch", "/v1/cache/KEY:touch?ttl=5s", "", Role.Write, true),
            ("POST", "/v1/cache/{key}:append", "/v1/cache/KEY:append", "v", Role.Write, true),
            ("POST", "/v1/cache:mget", "/v1/cache:mget", """{"keys":["KEY"]}""", Role.Read, true),
            ("POST", "/v1/cache:mset", "/v1/cache:mset", """{"entries":[{"key":"KEY","text":"v"}]}""",
                Role.Write, true),
            ("POST", "/v1/cache:mdelete", "/v1/cache:mdelete", """{"keys":["KEY"]}""", Role.Write, true),
            ("GET", "/v1/stats", "/v1/stats", "", Role.Read, false),
            ("GET", "/v1/sizing", "/v1/sizing", "", Role.Read, false),
            ("GET", "/v1/hotkeys", "/v1/hotkeys", "", Role.Read, false),
            ("GET", "/v1/cluster", "/v1/cluster", "", Role.Read, false),
            ("GET", "/v1/cluster/slots", "/v1/cluster/slots", "", Role.Read, false),
            ("GET", "/healthz", "/healthz", "", Role.None, false),
            ("GET", "/readyz", "/readyz", "", Role.Read, false),
            ("GET", "/metrics", "/metrics", "", Role.Read, false),
            ("GET", "/openapi/v1.json", "/openapi/v1.json", "", Role.Read, false),
            ("GET", "/", "/", "", Role.Read, false),
            ("GET", "/dashboard", "/dashboard", "", Role.Read, false),
            ("GET", "/dashboard/{file}", "/dashboard/app.js", "", Role.Read, false),
            ("GET", "/v1/events", "/v1/events", "", Role.Read, false),
            ("GET", "/v1/inspect/{key}", "/v1/inspect/KEY", "", Role.Read, true),
        ];

    [Fact]
    public void Every_route_and_method_is_written_down()
    {
        IEnumerable<string> served = HttpRoute.All.SelectMany(static route => route.Allow.Split(", ")
            .Where(static method => method is not ("OPTIONS" or "HEAD"))
            .Select(method => $"{method} {route.Template} {route.Needs(method)}"));
        IEnumerable<string> written = s_calls.Select(static call => $"{call.Method} {call.Template} {call.Needs}");

        Assert.Equal(written.Order(), served.Order());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Role.Read)]
    [InlineData(Role.Write)]
    [InlineData(Role.Admin)]
    public async Task A_request_does_what_the_role_allows_and_nothing_else(Role? role)
    {
        await using HttpNode node = await StartAsync();
        foreach (var call in s_calls)
        {
            HttpReply reply = await SendAsync(node, call, "app:k", role?.ToString());
            int expected = call.Needs == Role.None || role >= call.Needs ? 0 : role is null ? 401 : 403;

            Assert.True(
                expected == 0 ? reply.Status is not (401 or 403) : reply.Status == expected,
                $"{role} {call.Method} {call.Path}: {reply.Status}");
        }
        Assert.True(role >= Role.Write || node.Node.Store.Count == 0);
    }

    [Theory]
    [InlineData("app:k", true)]
    [InlineData("other:k", false)]
    public async Task A_user_with_prefixes_reaches_its_own_keys_alone(string key, bool isOwn)
    {
        await using HttpNode node = await StartAsync();
        foreach (var call in s_calls)
        {
            HttpReply reply = await SendAsync(node, call, key, "app");

            Assert.True(
                (reply.Status == 403) == (call.HasKey && !isOwn), $"{call.Method} {call.Path} {key}: {reply.Status}");
        }
        Assert.True(isOwn || node.Node.Store.Count == 0);
    }

    [Theory]
    [InlineData("GET", "/v1/cache")]
    [InlineData("GET", "/v1/cache?match=*")]
    [InlineData("DELETE", "/v1/cache?all=true")]
    [InlineData("DELETE", "/v1/cache?tag=t")]
    [InlineData("DELETE", "/v1/cache?prefix=app")]
    [InlineData("GET", "/v1/cache/b3RoZXI?enc=b64")]
    public async Task What_is_about_more_than_its_keys_is_refused_to_a_user_with_prefixes(string method, string path)
    {
        await using HttpNode node = await StartAsync();

        HttpReply reply = await SendAsync(node, (method, "", path, "", Role.Read, false), "", "app");

        Assert.Equal(403, reply.Status);
        Assert.Contains("forbidden-key", Encoding.UTF8.GetString(reply.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hot_keys_are_those_that_the_user_may_touch()
    {
        await using HttpNode node = await StartAsync();
        foreach (string key in new[] { "app:a", "other:b" })
        {
            using EntryScope scope = node.Node.Store.Open(Encoding.UTF8.GetBytes(key), node.Node.NowMs);
            scope.Set(EntryType.String, "value"u8, 0);
        }

        HttpReply own = await node.GetAsync("/v1/hotkeys", Basic("app", "pass"));
        HttpReply all = await node.GetAsync("/v1/hotkeys", Basic("Read", "pass"));

        Assert.Equal("app:a", Assert.Single(own.Json.GetProperty("big").EnumerateArray().ToArray())
            .GetProperty("key").GetString());
        Assert.Equal(2, all.Json.GetProperty("big").GetArrayLength());
        Assert.DoesNotContain("other", Encoding.UTF8.GetString(own.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_is_given_no_lease()
    {
        await using HttpNode node = await StartAsync();

        HttpReply lease = await SendAsync(
            node, ("GET", "", "/v1/cache/k?lease=5s", "", Role.Read, false), "", "Read");
        HttpReply wait = await SendAsync(node, ("GET", "", "/v1/cache/k?wait=1ms", "", Role.Read, false), "", "Read");

        Assert.Equal(403, lease.Status);
        Assert.NotEqual(403, wait.Status);
    }

    [Fact]
    public async Task A_name_and_a_password_are_taken_as_Basic_and_as_a_token()
    {
        await using HttpNode node = await StartAsync();

        Assert.Equal(200, (await node.GetAsync("/v1/stats", ("Authorization", "Bearer Read:pass"))).Status);
        Assert.Equal(401, (await node.GetAsync("/v1/stats", ("Authorization", "Bearer Read:wrong"))).Status);
        Assert.Equal(401, (await node.GetAsync("/v1/stats", ("Authorization", "Bearer pass"))).Status);
        Assert.Equal(401, (await node.GetAsync("/v1/stats", Basic("nobody", "pass"))).Status);
        Assert.Equal(200, (await node.GetAsync("/v1/stats", Basic("Read", "pass"))).Status);
    }

    private static Task<HttpNode> StartAsync() => HttpNode.StartAsync(static options =>
    {
        foreach (Role role in new[] { Role.Read, Role.Write, Role.Admin })
        {
            options.Security.Users.Add(new UserDefinition(role.ToString(), role, s_hash));
        }
        options.Security.Users.Add(new UserDefinition("app", Role.Write, s_hash, "app:"));
    });

    private static Task<HttpReply> SendAsync(
        HttpNode node, (string Method, string Template, string Path, string Body, Role Needs, bool HasKey) call,
        string key, string? user)
    {
        string path = call.Path.Replace("KEY", key, StringComparison.Ordinal);
        string text = call.Body.Replace("KEY", key, StringComparison.Ordinal);
        HttpContent? body = call.Method is "POST" or "PUT"
            ? new StringContent(text, Encoding.UTF8, text.StartsWith('{') ? "application/json" : "application/x")
            : null;
        (string, string)[] headers = user is null ? [] : [Basic(user, "pass")];
        if (call.Template == "/v1/events")
        {
            return node.PeekAsync(path, headers);
        }
        return node.SendAsync(new HttpMethod(call.Method), path, body, headers);
    }

    private static (string Name, string Value) Basic(string user, string password) =>
        ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
}
