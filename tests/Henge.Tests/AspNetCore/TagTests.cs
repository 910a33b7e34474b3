using Henge.Storage;

using Xunit;

namespace Henge.Tests.AspNetCore;

/// <summary>Tags over HTTP: kept with an entry, shown with it, invalidated.</summary>
public sealed class TagTests
{
    [Fact]
    public async Task Tags_are_kept_shown_and_replaced_with_the_value()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync(
            "/v1/cache/k", "v",
            ("Cache-Tags", "a, b%2Cc ,a"), ("Cache-Tags", "d%20%C3%A9"), ("Content-Type", "text/x-t"));

        HttpReply got = await node.GetAsync("/v1/cache/k");
        Assert.Equal(("a,b%2Cc,d%20%C3%A9", "text/x-t"), (got.Header("Cache-Tags"), got.Header("Content-Type")));
        HttpReply head = await node.SendAsync(HttpMethod.Head, "/v1/cache/k");
        Assert.Equal("a,b%2Cc,d%20%C3%A9", head.Header("Cache-Tags"));
        HttpReply same = await node.GetAsync("/v1/cache/k", ("If-None-Match", got.Header("ETag")!));
        Assert.Equal((304, "a,b%2Cc,d%20%C3%A9"), (same.Status, same.Header("Cache-Tags")));
        await node.PostAsync("/v1/cache/k:append", "w", ("Content-Type", "application/octet-stream"));
        Assert.Equal("a,b%2Cc,d%20%C3%A9", (await node.GetAsync("/v1/cache/k")).Header("Cache-Tags"));
        await node.PutAsync("/v1/cache/k", "v");
        Assert.Null((await node.GetAsync("/v1/cache/k")).Header("Cache-Tags"));
    }

    [Fact]
    public async Task Many_entries_are_stored_with_their_tags()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply set = await node.PostJsonAsync(
            "/v1/cache:mset",
            """
            {"entries":[{"key":"a","text":"v","tags":["x","y z"]},{"key":"b","text":"v","tags":[]},
            {"key":"c","text":"v","tags":["*"]},{"key":"d","text":"v","tags":[null]}]}
            """);
        Assert.Equal(200, set.Status);
        Assert.Equal("x,y%20z", (await node.GetAsync("/v1/cache/a")).Header("Cache-Tags"));
        Assert.Null((await node.GetAsync("/v1/cache/b")).Header("Cache-Tags"));
        Assert.Equal(404, (await node.GetAsync("/v1/cache/c")).Status);
        Assert.Equal(404, (await node.GetAsync("/v1/cache/d")).Status);
        Assert.Equal(2, set.Text.Split("bad-tag").Length - 1);

        await node.DeleteAsync("/v1/cache?tag=x");
        Assert.Equal(404, (await node.GetAsync("/v1/cache/a")).Status);
        Assert.Equal(200, (await node.GetAsync("/v1/cache/b")).Status);
    }

    [Fact]
    public async Task Any_tag_takes_what_was_written_before_and_nothing_else()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/ab", "v", ("Cache-Tags", "a,b"));
        await node.PutAsync("/v1/cache/c", "v", ("Cache-Tags", "c c"));
        await node.PutAsync("/v1/cache/d", "v", ("Cache-Tags", "d"));
        await node.PutAsync("/v1/cache/plain", "v");

        HttpReply gone = await node.DeleteAsync("/v1/cache?tag=b&tag=c+c&tag=unknown");

        Assert.Equal((204, ""), (gone.Status, gone.Text));
        HttpReply miss = await node.GetAsync("/v1/cache/ab");
        Assert.Equal((404, "no-such-key", "MISS"), (miss.Status, miss.Code, miss.Header("X-Cache")));
        Assert.Equal(404, (await node.GetAsync("/v1/cache/c")).Status);
        Assert.Equal(200, (await node.GetAsync("/v1/cache/d")).Status);
        Assert.Equal(200, (await node.GetAsync("/v1/cache/plain")).Status);
        HttpReply again = await node.PutAsync("/v1/cache/ab", "w", ("Cache-Tags", "a,b"), ("If-None-Match", "*"));
        Assert.Equal(201, again.Status);
        Assert.Equal("w", (await node.GetAsync("/v1/cache/ab")).Text);
    }

    [Fact]
    public async Task The_star_takes_only_what_is_marked()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/tagged", "v", ("Cache-Tags", "a"));
        using (EntryScope entry = node.Node.Store.Open("marked"u8, node.Node.NowMs))
        {
            entry.Set(EntryType.String, "v"u8, 0, [2, 2, 0, 0, 0]);
        }
        Assert.Null((await node.GetAsync("/v1/cache/marked")).Header("Cache-Tags"));

        Assert.Equal(204, (await node.DeleteAsync("/v1/cache?tag=*")).Status);

        Assert.Equal(404, (await node.GetAsync("/v1/cache/marked")).Status);
        Assert.Equal(200, (await node.GetAsync("/v1/cache/tagged")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,")]
    [InlineData("a,,b")]
    [InlineData("*")]
    [InlineData("a%")]
    [InlineData("a%0A")]
    [InlineData("%C3")]
    [InlineData("%00")]
    public async Task A_tag_that_cannot_be_is_refused(string tags)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply put = await node.PutAsync("/v1/cache/k", "v", ("Cache-Tags", tags));
        Assert.Equal((400, "bad-tag"), (put.Status, put.Code));
        Assert.Equal(0, node.Node.Store.Count);
        if (tags is "" or "a%0A" or "%C3" or "%00")
        {
            HttpReply gone = await node.DeleteAsync($"/v1/cache?tag={tags}");
            Assert.Equal((400, "bad-tag"), (gone.Status, gone.Code));
        }
    }

    [Fact]
    public async Task Tags_are_bounded()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string longest = new('x', 256);
        string[] many = [.. Enumerable.Range(0, 64).Select(i => $"t{i}")];
        Assert.Equal(201, await Put(longest));
        Assert.Equal(400, await Put(longest + "x"));
        Assert.Equal(400, await Put(string.Concat(Enumerable.Repeat("%C3%A9", 128)) + "x"));
        Assert.Equal(204, await Put(string.Join(',', many)));
        Assert.Equal(400, await Put(string.Join(',', [.. many, "one more"])));
        Assert.Equal(400, await Put(string.Join(',', many.Select(tag => tag + new string('x', 245)))));
        string query = string.Join('&', many.Select(tag => "tag=" + tag));
        Assert.Equal(400, (await node.DeleteAsync($"/v1/cache?{query}&tag=one")).Status);
        Assert.Equal(200, (await node.GetAsync("/v1/cache/k")).Status);
        Assert.Equal(204, (await node.DeleteAsync("/v1/cache?" + query)).Status);
        Assert.Equal(404, (await node.GetAsync("/v1/cache/k")).Status);

        async Task<int> Put(string tags) => (await node.PutAsync("/v1/cache/k", "v", ("Cache-Tags", tags))).Status;
    }
}
