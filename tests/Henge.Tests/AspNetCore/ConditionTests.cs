using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class ConditionTests
{
    [Fact]
    public async Task If_Match_is_compare_and_set()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string tag = (await node.PutAsync("/v1/cache/k", "1")).Header("ETag")!;
        HttpReply won = await node.PutAsync("/v1/cache/k", "2", ("If-Match", tag));
        HttpReply lost = await node.PutAsync("/v1/cache/k", "3", ("If-Match", tag));
        Assert.Equal(204, won.Status);
        Assert.Equal((412, "precondition-failed"), (lost.Status, lost.Code));
        Assert.Equal("2", (await node.GetAsync("/v1/cache/k")).Text);
        Assert.Equal(412, (await node.DeleteAsync("/v1/cache/k", ("If-Match", tag))).Status);
        Assert.Equal(204, (await node.DeleteAsync("/v1/cache/k", ("If-Match", won.Header("ETag")!))).Status);
        Assert.Equal(412, (await node.PutAsync("/v1/cache/k", "4", ("If-Match", "*"))).Status);
    }

    [Fact]
    public async Task Of_writers_with_one_tag_exactly_one_wins()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string tag = (await node.PutAsync("/v1/cache/k", "0")).Header("ETag")!;
        HttpReply[] replies = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(i => node.PutAsync("/v1/cache/k", $"{i}", ("If-Match", tag))));
        Assert.Single(replies, r => r.Status == 204);
        Assert.Equal(15, replies.Count(r => r.Status == 412));
    }

    [Fact]
    public async Task If_None_Match_star_adds()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal(201, (await node.PutAsync("/v1/cache/k", "1", ("If-None-Match", "*"))).Status);
        Assert.Equal(412, (await node.PutAsync("/v1/cache/k", "2", ("If-None-Match", "*"))).Status);
        Assert.Equal("1", (await node.GetAsync("/v1/cache/k")).Text);
    }

    [Fact]
    public async Task A_get_of_what_the_client_has_is_304()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string tag = (await node.PutAsync("/v1/cache/k?ttl=1h", "1")).Header("ETag")!;
        foreach (string condition in new[] { tag, "W/" + tag, $"\"other\", {tag}", "*" })
        {
            HttpReply get = await node.GetAsync("/v1/cache/k", ("If-None-Match", condition));
            Assert.Equal(304, get.Status);
            Assert.Empty(get.Body);
            Assert.Equal(tag, get.Header("ETag"));
            Assert.NotNull(get.Header("Cache-Control"));
        }
        await node.PutAsync("/v1/cache/k", "2");
        Assert.Equal(200, (await node.GetAsync("/v1/cache/k", ("If-None-Match", tag))).Status);
        Assert.Equal(412, (await node.GetAsync("/v1/cache/k", ("If-Match", tag))).Status);
    }

    [Theory]
    [InlineData("bytes=0-0", 206, "0", "bytes 0-0/10")]
    [InlineData("bytes=2-4", 206, "234", "bytes 2-4/10")]
    [InlineData("bytes=7-", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-3", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-30", 206, "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=8-99999999999999999999", 206, "89", "bytes 8-9/10")]
    [InlineData("bytes=0-1,3-4", 200, "0123456789", null)]
    [InlineData("bytes=4-2", 200, "0123456789", null)]
    [InlineData("bytes=a-b", 200, "0123456789", null)]
    [InlineData("items=0-1", 200, "0123456789", null)]
    [InlineData("bytes=10-", 416, null, "bytes */10")]
    [InlineData("bytes=-0", 416, null, "bytes */10")]
    public async Task A_range_gives_its_part(string range, int status, string? body, string? contentRange)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/k", "0123456789");
        HttpReply get = await node.GetAsync("/v1/cache/k", ("Range", range));
        Assert.Equal((status, contentRange), (get.Status, get.Header("Content-Range")));
        if (body is not null)
        {
            Assert.Equal(body, get.Text);
        }
    }

    [Fact]
    public async Task A_range_of_another_version_gives_the_whole_value()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string tag = (await node.PutAsync("/v1/cache/k", "0123456789")).Header("ETag")!;
        Assert.Equal(206, (await node.GetAsync("/v1/cache/k", ("Range", "bytes=1-2"), ("If-Range", tag))).Status);
        await node.PutAsync("/v1/cache/k", "abcdefghij");
        HttpReply get = await node.GetAsync("/v1/cache/k", ("Range", "bytes=1-2"), ("If-Range", tag));
        Assert.Equal((200, "abcdefghij"), (get.Status, get.Text));
    }

    [Fact]
    public async Task A_long_range_comes_in_pieces_as_one()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        byte[] value = new byte[500_000];
        new Random(3).NextBytes(value);
        await node.SendAsync(HttpMethod.Put, "/v1/cache/k", new ByteArrayContent(value));
        HttpReply get = await node.GetAsync("/v1/cache/k", ("Range", "bytes=1000-400999"));
        Assert.Equal(206, get.Status);
        Assert.True(value.AsSpan(1000, 400_000).SequenceEqual(get.Body));
    }
}
