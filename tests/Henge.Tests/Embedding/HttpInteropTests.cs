using Henge.Embedding;
using Henge.Tests.AspNetCore;

using Xunit;

namespace Henge.Tests.Embedding;

/// <summary>HTTP and the caches of an application keep the same things beside a value.</summary>
public sealed class HttpInteropTests
{
    [Fact]
    public async Task An_idle_time_given_over_http_slides_under_the_cache()
    {
        var time = new SteppedTime();
        await using HttpNode node = await HttpNode.StartAsync(time: time);
        var cache = new HengeDistributedCache(node.Node);
        string tag = (await node.PutAsync("/v1/cache/k?idle=60s&ttl=200s", "v", ("Content-Type", "text/x")))
            .Header("ETag")!;
        for (int i = 0; i < 3; i++)
        {
            time.Step(TimeSpan.FromSeconds(50));
            Assert.Equal("v"u8.ToArray(), cache.Get("k"));
        }
        HttpReply got = await node.GetAsync("/v1/cache/k");
        Assert.Equal(("text/x", tag, "max-age=50"), (
            got.Header("Content-Type"), got.Header("ETag"), got.Header("Cache-Control")));
        time.Step(TimeSpan.FromSeconds(50));
        Assert.Null(cache.Get("k"));
    }

    [Fact]
    public async Task A_sliding_expiry_given_to_the_cache_slides_over_http()
    {
        var time = new SteppedTime();
        await using HttpNode node = await HttpNode.StartAsync(time: time);
        var cache = new HengeDistributedCache(node.Node);
        cache.Set("k", "v"u8.ToArray(), new() { SlidingExpiration = TimeSpan.FromSeconds(60) });
        for (int i = 0; i < 5; i++)
        {
            time.Step(TimeSpan.FromSeconds(50));
            Assert.Equal("max-age=60", (await node.GetAsync("/v1/cache/k")).Header("Cache-Control"));
        }
        time.Step(TimeSpan.FromSeconds(60));
        Assert.Equal(404, (await node.GetAsync("/v1/cache/k")).Status);
    }
}
