using Henge.Storage;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class EntryTests
{
    [Fact]
    public async Task A_put_creates_and_then_replaces_under_a_new_tag()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply first = await node.PutAsync("/v1/cache/k", "one");
        HttpReply second = await node.PutAsync("/v1/cache/k", "two");
        Assert.Equal(201, first.Status);
        Assert.Equal(204, second.Status);
        Assert.NotEqual(first.Header("ETag"), second.Header("ETag"));
        HttpReply get = await node.GetAsync("/v1/cache/k");
        Assert.Equal("two", get.Text);
        Assert.Equal(second.Header("ETag"), get.Header("ETag"));
        Assert.Equal("application/octet-stream", get.Header("Content-Type"));
        Assert.Equal("HIT", get.Header("X-Cache"));
        Assert.Equal("0", get.Header("Age"));
        Assert.Null(get.Header("Cache-Control"));
    }

    [Fact]
    public async Task A_miss_is_a_404_problem()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply get = await node.GetAsync("/v1/cache/none");
        Assert.Equal((404, "no-such-key", "MISS"), (get.Status, get.Code, get.Header("X-Cache")));
        Assert.Equal("absent", get.Header("X-Cache-Miss"));
        Assert.Equal(404, (await node.DeleteAsync("/v1/cache/none")).Status);
    }

    [Fact]
    public async Task A_head_has_the_headers_of_a_get_and_uses_nothing()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/k?ttl=1m", "value", ("Content-Type", "text/css"));
        HttpReply head = await node.SendAsync(HttpMethod.Head, "/v1/cache/k");
        Assert.Equal(200, head.Status);
        Assert.Empty(head.Body);
        Assert.Equal(("5", "text/css"), (head.Header("Content-Length"), head.Header("Content-Type")));
        Assert.Equal("bytes", head.Header("Accept-Ranges"));
        Assert.Equal(404, (await node.SendAsync(HttpMethod.Head, "/v1/cache/none")).Status);
        StoreStatistics statistics = node.Node.Store.GetStatistics();
        Assert.Equal((0, 0), (statistics.Hits, statistics.Misses));
    }

    [Fact]
    public async Task A_delete_deletes_once()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/k", "v");
        HttpReply deleted = await node.DeleteAsync("/v1/cache/k");
        Assert.Equal(204, deleted.Status);
        Assert.Equal(404, (await node.DeleteAsync("/v1/cache/k")).Status);
        Assert.Equal(404, (await node.GetAsync("/v1/cache/k")).Status);
    }

    [Fact]
    public async Task The_content_type_is_kept_and_given_back()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/k", "<b>", ("Content-Type", "text/html; charset=utf-8"));
        HttpReply get = await node.GetAsync("/v1/cache/k");
        Assert.Equal("text/html; charset=utf-8", get.Header("Content-Type"));
        Assert.Equal("nosniff", get.Header("X-Content-Type-Options"));
        Assert.Contains("default-src 'none'", get.Header("Content-Security-Policy"), StringComparison.Ordinal);
        await node.PutAsync("/v1/cache/k", "plain");
        Assert.Equal("application/octet-stream", (await node.GetAsync("/v1/cache/k")).Header("Content-Type"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(3_000_000)]
    public async Task A_value_of_any_length_comes_back_byte_for_byte(int length)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        byte[] value = new byte[length];
        new Random(7).NextBytes(value);
        HttpReply put = await node.SendAsync(HttpMethod.Put, "/v1/cache/k", new ByteArrayContent(value));
        Assert.Equal(201, put.Status);
        HttpReply get = await node.GetAsync("/v1/cache/k");
        Assert.True(value.AsSpan().SequenceEqual(get.Body));
        Assert.Equal(length.ToString(), get.Header("Content-Length"));
    }

    [Theory]
    [InlineData("/v1/cache/a%2Fb", "a/b")]
    [InlineData("/v1/cache/a%252Fb", "a%2Fb")]
    [InlineData("/v1/cache/a+b", "a+b")]
    [InlineData("/v1/cache/a:b:incr", "a:b:incr")]
    [InlineData("/v1/cache/%0D%0ASet-Cookie:x=1", "\r\nSet-Cookie:x=1")]
    [InlineData("/v1/cache/%FF%FE", "\xff\xfe")]
    [InlineData("/v1/cache/YQBi?enc=b64", "a\0b")]
    [InlineData("/v1/cache/Li4?enc=b64", "..")]
    public async Task The_key_is_the_bytes_of_one_segment(string path, string key)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string raw = await node.RawAsync(
            $"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nv");
        Assert.StartsWith("HTTP/1.1 201", raw, StringComparison.Ordinal);
        Assert.DoesNotContain("Set-Cookie", raw, StringComparison.Ordinal);
        using EntryScope entry = node.Node.Store.Open(System.Text.Encoding.Latin1.GetBytes(key), node.Node.NowMs);
        Assert.True(entry.Found);
    }

    [Theory]
    [InlineData("/v1/cache/", 400, "empty-key")]
    [InlineData("/v1/cache/..", 400, "bad-key")]
    [InlineData("/v1/cache/%2e%2E", 400, "bad-key")]
    [InlineData("/v1/cache/a%2", 400, "bad-key")]
    [InlineData("/v1/cache/a%zz", 400, "bad-key")]
    [InlineData("/v1/cache/a*b?enc=b64", 400, "bad-key")]
    [InlineData("/v1/cache/a/b", 404, "slash-in-key")]
    [InlineData("/v1/cache/../../etc/passwd", 404, "slash-in-key")]
    [InlineData("/v1/cache?match=%2", 400, "bad-key")]
    [InlineData("/v1/cachex", 404, "no-such-path")]
    [InlineData("/v1/cache/k?ttl=5", 400, "bad-query")]
    [InlineData("/v1/cache/k?wait=2s", 400, "bad-query")]
    [InlineData("/v1/cache/k?lease=5", 400, "bad-duration")]
    [InlineData("/v1/cache/k?lease=11m", 400, "bad-duration")]
    [InlineData("/v1/cache/k?lease=5s&wait=2m", 400, "bad-duration")]
    [InlineData("/v1/cache/k?lease=5s&wait=0s", 400, "bad-duration")]
    [InlineData("/v1/cache/k?enc=hex", 400, "bad-query")]
    [InlineData("/v1/cache/k?enc=b64&enc=b64", 400, "bad-query")]
    public async Task A_target_that_names_no_key_is_refused(string target, int status, string code)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string raw = await node.RawAsync($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", raw, StringComparison.Ordinal);
        Assert.Contains($"\"code\":\"{code}\"", raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_this_version_cannot_do_is_refused_not_ignored()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply put = await node.PutAsync("/v1/cache/k", "v", ("Content-Range", "bytes 0-0/2"));
        Assert.Equal((400, "not-supported"), (put.Status, put.Code));
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Fact]
    public async Task What_HTTP_stores_RESP_reads_and_the_reverse()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PutAsync("/v1/cache/h", "over http");
        string resp = await node.RawAsync(
            "*2\r\n$3\r\nGET\r\n$1\r\nh\r\n*3\r\n$3\r\nSET\r\n$1\r\nr\r\n$4\r\nresp\r\n*1\r\n$4\r\nQUIT\r\n");
        Assert.Equal("$9\r\nover http\r\n+OK\r\n+OK\r\n", resp);
        Assert.Equal("resp", (await node.GetAsync("/v1/cache/r")).Text);
    }

    [Fact]
    public async Task A_hash_is_the_wrong_type()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        using (EntryScope entry = node.Node.Store.Open("h"u8, node.Node.NowMs))
        {
            entry.Set(EntryType.Hash, "x"u8, 0);
        }
        Assert.Equal("wrong-type", (await node.GetAsync("/v1/cache/h")).Code);
        Assert.Equal("wrong-type", (await node.GetAsync("/get?key=h")).Code);
        Assert.Equal("wrong-type", (await node.PostAsync("/v1/cache/h:incr")).Code);
        Assert.Equal("wrong-type", (await node.PostAsync("/v1/cache/h:append", "x")).Code);
    }

    [Theory]
    [InlineData("POST", "/v1/cache/k", "GET, HEAD, PUT, DELETE, OPTIONS")]
    [InlineData("PATCH", "/v1/cache/k", "GET, HEAD, PUT, DELETE, OPTIONS")]
    [InlineData("PUT", "/v1/cache", "GET, HEAD, DELETE, OPTIONS")]
    [InlineData("GET", "/v1/cache:mget", "POST, OPTIONS")]
    [InlineData("GET", "/set", "POST, OPTIONS")]
    [InlineData("DELETE", "/get", "GET, HEAD, OPTIONS")]
    public async Task A_method_that_a_path_does_not_know_is_405_with_Allow(string method, string path, string allow)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply reply = await node.SendAsync(new HttpMethod(method), path);
        Assert.Equal((405, "method-not-allowed"), (reply.Status, reply.Code));
        Assert.Equal(allow, reply.Header("Allow"));
    }

    [Fact]
    public async Task Options_answers_with_Allow_and_without_CORS()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply reply = await node.SendAsync(HttpMethod.Options, "/v1/cache/k:incr");
        Assert.Equal((204, "GET, HEAD, PUT, DELETE, OPTIONS"), (reply.Status, reply.Header("Allow")));
        Assert.DoesNotContain(reply.Headers.Keys, k => k.StartsWith("Access-Control", StringComparison.Ordinal));
    }
}
