using System.Text.Json;

using Henge.Storage;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class ListingRoutesTests
{
    [Fact]
    public async Task Pages_together_hold_every_key()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Fill(node, "key:", 1000);
        var seen = new HashSet<string>();
        string cursor = "0";
        do
        {
            JsonElement page = (await node.GetAsync($"/v1/cache?limit=50&cursor={cursor}")).Json;
            seen.UnionWith(page.GetProperty("keys").EnumerateArray().Select(k => k.GetString()!));
            cursor = page.GetProperty("cursor").GetString()!;
        }
        while (cursor != "0");
        Assert.Equal(1000, seen.Count);
    }

    [Fact]
    public async Task A_pattern_chooses_keys()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Fill(node, "a:", 5);
        Fill(node, "b c:", 5);
        JsonElement page = (await node.GetAsync("/v1/cache?match=b+c:*&limit=1000")).Json;
        Assert.Equal(5, page.GetProperty("keys").GetArrayLength());
        Assert.Equal("0", page.GetProperty("cursor").GetString());
    }

    [Fact]
    public async Task Keys_that_are_not_text_are_listed_apart_in_base64url()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Fill(node, "text", 1);
        using (EntryScope entry = node.Node.Store.Open([0xff, 0], node.Node.NowMs))
        {
            entry.Set(EntryType.String, default, 0);
        }
        JsonElement page = (await node.GetAsync("/v1/cache")).Json;
        Assert.Equal("text0", page.GetProperty("keys")[0].GetString());
        Assert.Equal("_wA", page.GetProperty("binary_keys")[0].GetString());
        page = (await node.GetAsync("/v1/cache?enc=b64")).Json;
        Assert.Equal(2, page.GetProperty("keys").GetArrayLength());
    }

    [Fact]
    public async Task A_prefix_deletes_its_keys_and_no_others()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Fill(node, "user:1:", 700);
        Fill(node, "user:2:", 300);
        HttpReply reply = await node.DeleteAsync("/v1/cache?prefix=user:1:");
        Assert.Equal((200, """{"deleted":700}"""), (reply.Status, reply.Text));
        Assert.Equal(300, node.Node.Store.Count);
    }

    [Fact]
    public async Task All_is_deleted_only_when_said()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Fill(node, "k", 20);
        foreach (string query in new[] { "", "?all", "?all=1", "?prefix=", "?prefix=k&all=true", "?prefx=k",
            "?tag=a&all=true", "?tag=a&prefix=k", "?tag=" })
        {
            Assert.Equal(400, (await node.DeleteAsync("/v1/cache" + query)).Status);
        }
        Assert.Equal(20, node.Node.Store.Count);
        Assert.Equal("""{"deleted":20}""", (await node.DeleteAsync("/v1/cache?all=true")).Text);
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("cursor=x")]
    public async Task A_query_that_cannot_be_is_400(string query)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal(400, (await node.GetAsync("/v1/cache?" + query)).Status);
    }

    private static void Fill(HttpNode node, string prefix, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using EntryScope entry = node.Node.Store.Open(
                System.Text.Encoding.UTF8.GetBytes($"{prefix}{i}"), node.Node.NowMs);
            entry.Set(EntryType.String, "v"u8, 0);
        }
    }
}
