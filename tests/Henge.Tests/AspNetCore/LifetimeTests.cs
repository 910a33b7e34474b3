using Henge.Storage;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class LifetimeTests
{
    [Theory]
    [InlineData("ttl=1500ms", 1)]
    [InlineData("ttl=30s", 30)]
    [InlineData("ttl=5m", 300)]
    [InlineData("ttl=2h", 7200)]
    [InlineData("ttl=1d", 86400)]
    [InlineData("idle=10m", 600)]
    [InlineData("idle=10m&ttl=1m", 60)]
    public async Task The_time_left_is_shown_as_max_age(string query, int seconds)
    {
        await using HttpNode node = await HttpNode.StartAsync(time: new SteppedTime());
        await node.PutAsync($"/v1/cache/k?{query}", "v");
        Assert.Equal($"max-age={seconds}", (await node.GetAsync("/v1/cache/k")).Header("Cache-Control"));
    }

    [Fact]
    public async Task An_entry_ages_and_expires()
    {
        var time = new SteppedTime();
        await using HttpNode node = await HttpNode.StartAsync(time: time);
        await node.PutAsync("/v1/cache/k", "v", ("Cache-Control", "no-cache, max-age=100"));
        time.Step(TimeSpan.FromSeconds(40));
        HttpReply get = await node.GetAsync("/v1/cache/k");
        Assert.Equal(("40", "max-age=60"), (get.Header("Age"), get.Header("Cache-Control")));
        time.Step(TimeSpan.FromSeconds(60));
        Assert.Equal(404, (await node.GetAsync("/v1/cache/k")).Status);
    }

    [Fact]
    public async Task An_absolute_expiry_is_taken_as_it_is()
    {
        var time = new SteppedTime();
        await using HttpNode node = await HttpNode.StartAsync(time: time);
        long expires = time.GetUtcNow().ToUnixTimeMilliseconds() + 5000;
        Assert.Equal(201, (await node.PutAsync($"/v1/cache/k?expires={expires}", "v")).Status);
        using EntryScope entry = node.Node.Store.Open("k"u8, node.Node.NowMs);
        Assert.Equal(expires, entry.ExpiresAtMs);
    }

    [Fact]
    public async Task Reads_keep_an_idle_entry_alive_under_the_same_tag()
    {
        var time = new SteppedTime();
        await using HttpNode node = await HttpNode.StartAsync(time: time);
        string tag = (await node.PutAsync("/v1/cache/k?idle=60s", "v")).Header("ETag")!;
        for (int i = 0; i < 5; i++)
        {
            time.Step(TimeSpan.FromSeconds(50));
            HttpReply get = await node.GetAsync("/v1/cache/k");
            Assert.Equal((200, tag, "max-age=60"), (get.Status, get.Header("ETag"), get.Header("Cache-Control")));
        }
        time.Step(TimeSpan.FromSeconds(50));
        Assert.Equal("max-age=10", (await node.SendAsync(HttpMethod.Head, "/v1/cache/k")).Header("Cache-Control"));
        time.Step(TimeSpan.FromSeconds(11));
        Assert.Equal(404, (await node.GetAsync("/v1/cache/k")).Status);
    }

    [Fact]
    public async Task Reads_do_not_keep_an_idle_entry_beyond_its_ttl()
    {
        var time = new SteppedTime();
        await using HttpNode node = await HttpNode.StartAsync(time: time);
        await node.PutAsync("/v1/cache/k?idle=60s&ttl=100s", "v");
        time.Step(TimeSpan.FromSeconds(50));
        Assert.Equal("max-age=50", (await node.GetAsync("/v1/cache/k")).Header("Cache-Control"));
        time.Step(TimeSpan.FromSeconds(51));
        Assert.Equal(404, (await node.GetAsync("/v1/cache/k")).Status);
    }

    [Theory]
    [InlineData("ttl=")]
    [InlineData("ttl=30")]
    [InlineData("ttl=0s")]
    [InlineData("ttl=-1s")]
    [InlineData("ttl=1.5s")]
    [InlineData("ttl=1w")]
    [InlineData("ttl=99999999999999999999s")]
    [InlineData("ttl=9223372036854775807d")]
    [InlineData("ttl=36501d")]
    [InlineData("idle=x")]
    [InlineData("expires=1")]
    [InlineData("expires=9223372036854775807")]
    [InlineData("ttl=1s&expires=4102444800000")]
    [InlineData("tll=1s")]
    public async Task A_lifetime_that_cannot_be_is_400_and_stores_nothing(string query)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal(400, (await node.PutAsync($"/v1/cache/k?{query}", "v")).Status);
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Theory]
    [InlineData("max-age=0")]
    [InlineData("max-age=x")]
    [InlineData("max-age=-1")]
    public async Task A_max_age_that_cannot_be_is_400(string header)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal(400, (await node.PutAsync("/v1/cache/k", "v", ("Cache-Control", header))).Status);
    }
}
