using System.Text;
using System.Text.Json;

using Henge.Storage;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.AspNetCore.Dashboard;

/// <summary><c>/v1/inspect/{key}</c>, over real sockets.</summary>
[Collection(TransportCollection.Name)]
public sealed class InspectTests
{
    [Fact]
    public async Task An_entry_is_shown_with_all_that_is_known_of_it()
    {
        await using HttpNode node = await HttpNode.StartAsync(static options => options.Name = "one");
        HttpReply put = await node.PutAsync(
            "/v1/cache/k?ttl=1h", """{"a":1}""", ("Content-Type", "application/json"), ("Cache-Tags", "x,%C3%A4 y"));
        JsonElement entry = await InspectAsync(node, "k");
        Assert.True(entry.GetProperty("found").GetBoolean());
        Assert.Equal("string", entry.GetProperty("type").GetString());
        Assert.Equal(7, entry.GetProperty("bytes").GetInt64());
        Assert.InRange(entry.GetProperty("memory_bytes").GetInt64(), 8, 1024);
        Assert.InRange(entry.GetProperty("ttl_ms").GetInt64(), 1, 3_600_000);
        Assert.Equal(put.Header("ETag"), $"\"{entry.GetProperty("version").GetString()}\"");
        Assert.Equal("application/json", entry.GetProperty("content_type").GetString());
        Assert.Equal(["x", "ä y"], entry.GetProperty("tags").EnumerateArray().Select(static tag => tag.GetString()));
        Assert.Equal(7629, entry.GetProperty("slot").GetInt32());
        Assert.Equal("one", entry.GetProperty("copies")[0].GetProperty("name").GetString());
        Assert.Equal("""{"a":1}""", entry.GetProperty("preview").GetProperty("text").GetString());
        Assert.False(entry.GetProperty("preview").GetProperty("truncated").GetBoolean());
        Assert.Equal(JsonValueKind.Null, entry.GetProperty("miss_reason").ValueKind);
    }

    [Fact]
    public async Task It_counts_nothing_and_keeps_nothing_alive()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/k?idle=1h", "v");
        long deadline = Deadline(node);
        await InspectAsync(node, "k");
        await InspectAsync(node, "none");
        StoreStatistics store = node.Node.Store.GetStatistics();
        Assert.Equal((0, 0), (store.Hits, store.Misses));
        Assert.Equal(deadline, Deadline(node));
        Assert.Equal(3_600_000, (await InspectAsync(node, "k")).GetProperty("idle_ms").GetInt64());
    }

    [Fact]
    public async Task Why_there_is_none_is_said()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/gone", "v");
        await node.DeleteAsync("/v1/cache/gone");
        JsonElement gone = await InspectAsync(node, "gone");
        Assert.False(gone.GetProperty("found").GetBoolean());
        Assert.Equal("deleted", gone.GetProperty("miss_reason").GetString());
        Assert.Equal("absent", (await InspectAsync(node, "never")).GetProperty("miss_reason").GetString());

        await using HttpNode silent = await HttpNode.StartAsync(static options => options.Metrics = false);
        Assert.Equal(JsonValueKind.Null, (await InspectAsync(silent, "never")).GetProperty("miss_reason").ValueKind);
    }

    [Fact]
    public async Task A_long_value_is_cut_between_characters()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/k", "x" + string.Concat(Enumerable.Repeat("€", 2000)));
        JsonElement preview = (await InspectAsync(node, "k")).GetProperty("preview");
        string text = preview.GetProperty("text").GetString()!;
        Assert.True(preview.GetProperty("truncated").GetBoolean());
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 4094, 4096);
        Assert.Equal('€', text[^1]);
    }

    [Fact]
    public async Task Bytes_and_hashes_are_shown_too()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.SendAsync(HttpMethod.Put, "/v1/cache/AP8?enc=b64", new ByteArrayContent([0, 255, 1]));
        JsonElement bytes = (await InspectAsync(node, "AP8?enc=b64")).GetProperty("preview");
        Assert.Equal("AP8B", bytes.GetProperty("base64").GetString());
        Assert.Equal(JsonValueKind.Null, bytes.GetProperty("text").ValueKind);

        await node.RawAsync("*4\r\n$4\r\nHSET\r\n$1\r\nh\r\n$3\r\nf<i\r\n$1\r\nv\r\n*1\r\n$4\r\nQUIT\r\n");
        JsonElement hash = await InspectAsync(node, "h");
        Assert.Equal("hash", hash.GetProperty("type").GetString());
        Assert.Equal(1, hash.GetProperty("preview").GetProperty("field_count").GetInt32());
        JsonElement field = hash.GetProperty("preview").GetProperty("fields")[0];
        Assert.Equal("f<i", field.GetProperty("name").GetProperty("text").GetString());
        Assert.Equal("v", field.GetProperty("value").GetProperty("text").GetString());
    }

    [Fact]
    public async Task Only_looking_is_possible()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal("method-not-allowed", (await node.DeleteAsync("/v1/inspect/k")).Code);
        Assert.Equal("bad-query", (await node.GetAsync("/v1/inspect/k?ttl=5s")).Code);
        Assert.Equal("slash-in-key", (await node.GetAsync("/v1/inspect/a/b")).Code);
        Assert.Equal("empty-key", (await node.GetAsync("/v1/inspect/")).Code);
    }

    private static async Task<JsonElement> InspectAsync(HttpNode node, string key)
    {
        HttpReply reply = await node.GetAsync("/v1/inspect/" + key);
        Assert.Equal((200, "application/json"), (reply.Status, reply.Header("Content-Type")));
        return reply.Json;
    }

    private static long Deadline(HttpNode node)
    {
        using EntryScope entry = node.Node.Store.Open("k"u8, node.Node.NowMs);
        return entry.ExpiresAtMs;
    }
}
