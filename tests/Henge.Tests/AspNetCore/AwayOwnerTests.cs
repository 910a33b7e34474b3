using System.Net;
using System.Text;
using System.Text.Json;

using Henge.AspNetCore;
using Henge.Tests.Routing;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using Xunit;

namespace Henge.Tests.AspNetCore;

/// <summary>Reads of keys whose owner does not answer are refused, and say that the ring is why.</summary>
public sealed class AwayOwnerTests : IDisposable
{
    private readonly TestRing _ring = new();
    private readonly HttpApi _api;
    private readonly string _key;

    public AwayOwnerTests()
    {
        _api = new HttpApi(_ring[0].Node, new HttpLimits());
        _key = _ring.KeyOf(_ring[1]);
        _ring[1].IsCut = true;
    }

    public void Dispose() => _ring.Dispose();

    [Theory]
    [InlineData("GET", "/v1/cache/{0}")]
    [InlineData("HEAD", "/v1/cache/{0}")]
    [InlineData("GET", "/get?key={0}")]
    [InlineData("GET", "/v1/cache/{0}?lease=5s")]
    public async Task A_read_missed_by_topology(string method, string target)
    {
        HttpResponse reply = await AskAsync(method, target, "");
        Assert.Equal((503, "topology"), (reply.StatusCode, (string?)reply.Headers["X-Cache-Miss"]));
    }

    [Fact]
    public async Task Of_many_keys_each_says_so()
    {
        HttpResponse reply = await AskAsync("POST", "/v1/cache:mget", $$"""{"keys":["{{_key}}"]}""");
        Assert.Equal(200, reply.StatusCode);
        var body = (MemoryStream)reply.Body;
        using JsonDocument json = JsonDocument.Parse(body.ToArray());
        JsonElement result = json.RootElement.GetProperty("results")[0];
        Assert.Equal("owner-away", result.GetProperty("code").GetString());
        Assert.Equal("topology", result.GetProperty("miss").GetString());
    }

    [Fact]
    public async Task A_write_missed_nothing()
    {
        HttpResponse reply = await AskAsync("DELETE", "/v1/cache/{0}", "");
        Assert.Equal((503, null), (reply.StatusCode, (string?)reply.Headers["X-Cache-Miss"]));
    }

    private async Task<HttpResponse> AskAsync(string method, string target, string body)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        context.Request.Method = method;
        context.Request.Headers.Host = "localhost";
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = body.Length;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget =
            target.Replace("{0}", _key, StringComparison.Ordinal);
        context.Response.Body = new MemoryStream();
        Task answered = _api.HandleAsync(context);
        _ring.Pump();
        _ring.Advance(6000);
        _ring.Pump();
        await answered;
        await context.Response.CompleteAsync();
        return context.Response;
    }
}
