using System.Text.Json;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class EntryVerbsTests
{
    [Fact]
    public async Task Incr_adds_to_an_integer_and_begins_at_zero()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal("""{"value":1}""", (await node.PostAsync("/v1/cache/n:incr")).Text);
        Assert.Equal("""{"value":-9}""", (await node.PostAsync("/v1/cache/n:incr?by=-10")).Text);
        HttpReply last = await node.PostAsync("/v1/cache/n:incr?by=9");
        Assert.Equal((200, """{"value":0}"""), (last.Status, last.Text));
        HttpReply get = await node.GetAsync("/v1/cache/n");
        Assert.Equal(("0", last.Header("ETag")), (get.Text, get.Header("ETag")));
    }

    [Fact]
    public async Task Incr_keeps_the_expiry_and_the_content_type()
    {
        await using HttpNode node = await HttpNode.StartAsync(time: new SteppedTime());
        await node.PutAsync("/v1/cache/n?ttl=30s", "41", ("Content-Type", "text/plain"));
        await node.PostAsync("/v1/cache/n:incr");
        HttpReply get = await node.GetAsync("/v1/cache/n");
        Assert.Equal(("42", "max-age=30"), (get.Text, get.Header("Cache-Control")));
        Assert.Equal("text/plain", get.Header("Content-Type"));
    }

    [Theory]
    [InlineData("9223372036854775807", "1", "integer-overflow")]
    [InlineData("-9223372036854775808", "-1", "integer-overflow")]
    [InlineData("-1", "-9223372036854775808", "integer-overflow")]
    [InlineData("1.5", "1", "not-an-integer")]
    [InlineData("01", "1", "not-an-integer")]
    [InlineData("", "1", "not-an-integer")]
    public async Task Incr_of_what_it_cannot_add_to_is_409_and_changes_nothing(string value, string by, string code)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/n", value);
        HttpReply reply = await node.PostAsync($"/v1/cache/n:incr?by={by}");
        Assert.Equal((409, code), (reply.Status, reply.Code));
        Assert.Equal(value, (await node.GetAsync("/v1/cache/n")).Text);
    }

    [Fact]
    public async Task Increments_from_many_clients_are_all_counted()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => node.PostAsync("/v1/cache/n:incr")));
        Assert.Equal("200", (await node.GetAsync("/v1/cache/n")).Text);
    }

    [Fact]
    public async Task Append_adds_to_the_end_and_creates()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal("""{"length":2}""", (await node.PostAsync("/v1/cache/k:append", "ab")).Text);
        Assert.Equal("""{"length":5}""", (await node.PostAsync("/v1/cache/k:append", "cde")).Text);
        Assert.Equal("abcde", (await node.GetAsync("/v1/cache/k")).Text);
    }

    [Fact]
    public async Task Append_beyond_the_longest_value_is_413_and_changes_nothing()
    {
        await using HttpNode node = await HttpNode.StartAsync(o => o.MaxValue = 1024);
        await node.PutAsync("/v1/cache/k", new string('a', 1000));
        HttpReply reply = await node.PostAsync("/v1/cache/k:append", new string('b', 25));
        Assert.Equal((413, "value-too-long"), (reply.Status, reply.Code));
        Assert.Equal(1000, (await node.GetAsync("/v1/cache/k")).Body.Length);
    }

    [Fact]
    public async Task Touch_gives_a_new_expiry()
    {
        await using HttpNode node = await HttpNode.StartAsync(time: new SteppedTime());
        await node.PutAsync("/v1/cache/k", "v");
        HttpReply touch = await node.PostAsync("/v1/cache/k:touch?ttl=20s");
        Assert.Equal(204, touch.Status);
        HttpReply get = await node.GetAsync("/v1/cache/k");
        Assert.Equal(("max-age=20", touch.Header("ETag")), (get.Header("Cache-Control"), get.Header("ETag")));
        Assert.Equal(404, (await node.PostAsync("/v1/cache/none:touch?ttl=20s")).Status);
        Assert.Equal("bad-query", (await node.PostAsync("/v1/cache/k:touch")).Code);
    }

    [Fact]
    public async Task Verbs_heed_conditions()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/k", "1");
        (string, string) stale = ("If-Match", "\"0000000000000000\"");
        Assert.Equal(412, (await node.PostAsync("/v1/cache/k:incr", "", stale)).Status);
        Assert.Equal(412, (await node.PostAsync("/v1/cache/k:append", "x", stale)).Status);
        Assert.Equal(412, (await node.PostAsync("/v1/cache/k:touch?ttl=1s", "", stale)).Status);
        Assert.Equal("1", (await node.GetAsync("/v1/cache/k")).Text);
    }

    [Theory]
    [InlineData(":incr")]
    [InlineData(":append")]
    [InlineData(":touch?ttl=1s")]
    public async Task A_form_is_refused(string verb)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply reply = await node.PostAsync("/v1/cache/k" + verb, "x", ("Content-Type", "text/plain"));
        Assert.Equal((415, "form-refused"), (reply.Status, reply.Code));
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Fact]
    public async Task Many_keys_each_get_their_status()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply set = await node.PostJsonAsync("/v1/cache:mset", """
            {"entries":[
              {"key":"t","text":"zwölf","ttl":"1m","content_type":"text/plain"},
              {"key":"b","value":"AP8="},
              {"key":"both","text":"x","value":"AA=="},
              {"key":"","text":"x"},
              {"key":"ttl","text":"x","ttl":"soon"},
              null,
              {"key":"t","text":"13"}]}
            """);
        Assert.Equal([201, 201, 400, 400, 400, 400, 204], Statuses(set));
        HttpReply get = await node.PostJsonAsync("/v1/cache:mget", """{"keys":["t","b","none"],"text":true}""");
        Assert.Equal([200, 200, 404], Statuses(get));
        JsonElement results = get.Json.GetProperty("results");
        Assert.Equal("13", results[0].GetProperty("text").GetString());
        Assert.Equal([0, 255], results[1].GetProperty("value").GetBytesFromBase64());
        Assert.Equal("no-such-key", results[2].GetProperty("code").GetString());
        Assert.Equal("absent", results[2].GetProperty("miss").GetString());
        get = await node.PostJsonAsync("/v1/cache:mget", """{"keys":["t"]}""");
        Assert.Equal("13"u8, get.Json.GetProperty("results")[0].GetProperty("value").GetBytesFromBase64());
        HttpReply deleted = await node.PostJsonAsync("/v1/cache:mdelete", """{"keys":["t","b","none"]}""");
        Assert.Equal([204, 204, 404], Statuses(deleted));
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Fact]
    public async Task Many_binary_keys_go_as_base64url()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PostJsonAsync("/v1/cache:mset?enc=b64", """{"entries":[{"key":"AP8","text":"x"}]}""");
        HttpReply get = await node.PostJsonAsync("/v1/cache:mget?enc=b64", """{"keys":["AP8","?"],"text":true}""");
        Assert.Equal([200, 400], Statuses(get));
    }

    [Fact]
    public async Task Many_long_values_come_whole()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string value = new('x', 300_000);
        for (int i = 0; i < 10; i++)
        {
            await node.PutAsync($"/v1/cache/{i}", value);
        }
        HttpReply get = await node.PostJsonAsync(
            "/v1/cache:mget", """{"text":true,"keys":["0","1","2","3","4","5","6","7","8","9"]}""");
        Assert.All(get.Json.GetProperty("results").EnumerateArray(),
            r => Assert.Equal(value, r.GetProperty("text").GetString()));
    }

    [Theory]
    [InlineData("mget", """{"keys":"k"}""")]
    [InlineData("mget", """{"key":["k"]}""")]
    [InlineData("mget", "{}")]
    [InlineData("mget", "")]
    [InlineData("mset", """{"entries":{}}""")]
    [InlineData("mset", """{"entries":[{"key":"k","value":"not base64"}]}""")]
    [InlineData("mdelete", "[]")]
    public async Task A_body_that_is_not_the_call_is_400(string call, string body)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply reply = await node.PostJsonAsync("/v1/cache:" + call, body);
        Assert.Equal((400, "bad-json"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task Too_many_keys_are_413()
    {
        await using HttpNode node = await HttpNode.StartAsync(limits: new() { BulkKeys = 2 });
        HttpReply reply = await node.PostJsonAsync("/v1/cache:mget", """{"keys":["a","b","c"]}""");
        Assert.Equal((413, "too-many-keys"), (reply.Status, reply.Code));
    }

    private static int[] Statuses(HttpReply reply)
    {
        Assert.Equal(200, reply.Status);
        return [.. reply.Json.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("status").GetInt32())];
    }
}
