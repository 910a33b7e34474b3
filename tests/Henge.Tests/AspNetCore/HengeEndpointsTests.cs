using Henge.AspNetCore;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class HengeEndpointsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("/cache", "")]
    [InlineData("/a/b", "")]
    [InlineData("/in", "/base")]
    public async Task An_application_serves_the_api_under_a_path_of_its_own(string group, string pathBase)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using var node = new HengeNode(new HengeOptions { Memory = 64 << 20 });
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(node);
        await using WebApplication application = builder.Build();
        application.UsePathBase(pathBase);
        application.UseRouting();
        application.MapGroup(group).MapHenge();
        await application.StartAsync(cancellation);
        using HttpClient client = application.GetTestClient();
        string root = pathBase + group;
        HttpResponseMessage put = await client.PutAsync($"{root}/v1/cache/a%2Fb", new StringContent("v"), cancellation);
        Assert.Equal(201, (int)put.StatusCode);
        Assert.Equal("v", await client.GetStringAsync($"{root}/v1/cache/a%2Fb", cancellation));
        Assert.Equal("""{"value":"v"}""", await client.GetStringAsync($"{root}/get?key=a/b", cancellation));
        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync($"{root}/healthz", cancellation));
        Assert.Equal(404, (int)(await client.GetAsync($"{root}/v1/none", cancellation)).StatusCode);
        HttpResponseMessage page = await client.GetAsync($"{root}/dashboard", cancellation);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType!.ToString());
        Assert.Contains("dashboard/app.js", await page.Content.ReadAsStringAsync(cancellation));
        Assert.Equal(200, (int)(await client.GetAsync($"{root}/dashboard/app.js", cancellation)).StatusCode);
        Assert.Contains("\"slot\":", await client.GetStringAsync($"{root}/v1/inspect/a%2Fb", cancellation));
    }

    [Fact]
    public async Task An_application_that_stops_ends_the_events()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using var node = new HengeNode(new HengeOptions { Memory = 64 << 20, Port = 0 });
        await node.StartAsync(cancellation);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(node);
        await using WebApplication application = builder.Build();
        application.MapGroup("/cache").MapHenge();
        await application.StartAsync(cancellation);
        using HttpClient client = application.GetTestClient();
        using HttpResponseMessage response = await client.GetAsync(
            "/cache/v1/events", HttpCompletionOption.ResponseHeadersRead, cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        Assert.Equal("event: placement", await reader.ReadLineAsync(cancellation));
        await application.StopAsync(cancellation);
        await reader.ReadToEndAsync(cancellation);
    }

    [Fact]
    public void Without_a_node_there_is_nothing_to_map()
    {
        WebApplication application = WebApplication.CreateSlimBuilder().Build();
        Assert.Throws<InvalidOperationException>(() => application.MapHenge());
    }
}
