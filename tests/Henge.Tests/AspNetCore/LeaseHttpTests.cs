using System.Globalization;

using Henge.Storage;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.AspNetCore;

/// <summary>Of those who miss one key over HTTP, one loads it and the others wait for its value.</summary>
[Collection(TransportCollection.Name)]
public sealed class LeaseHttpTests
{
    [Fact]
    public async Task One_caller_gets_the_lease_and_its_put_fills_the_key()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply first = await node.GetAsync("/v1/cache/k?lease=5s");
        HttpReply other = await node.GetAsync("/v1/cache/k?lease=5s");
        Assert.Equal((404, "no-such-key", "MISS"), (first.Status, first.Code, first.Header("X-Cache")));
        Assert.Matches("^[0-9a-f]{16}$", first.Header("Cache-Lease"));
        Assert.Equal((404, "no-such-key", null), (other.Status, other.Code, other.Header("Cache-Lease")));
        Assert.Equal(("absent", "absent"), (first.Header("X-Cache-Miss"), other.Header("X-Cache-Miss")));
        Assert.InRange(int.Parse(other.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 5);

        HttpReply put = await node.PutAsync("/v1/cache/k?ttl=1h", "v", ("Cache-Lease", first.Header("Cache-Lease")!));
        Assert.Equal(201, put.Status);
        HttpReply hit = await node.GetAsync("/v1/cache/k?lease=5s", ("Range", "bytes=0-0"));
        Assert.Equal((206, "v", "HIT"), (hit.Status, hit.Text, hit.Header("X-Cache")));
        Assert.Null(hit.Header("Cache-Lease"));
        Assert.Equal((1, 2), (node.Node.Store.GetStatistics().Hits, node.Node.Store.GetStatistics().Misses));
    }

    [Fact]
    public async Task A_stale_lease_stores_nothing()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string lease = (await node.GetAsync("/v1/cache/k?lease=5s")).Header("Cache-Lease")!;
        Assert.Equal(201, (await node.PutAsync("/v1/cache/k", "newer")).Status);

        HttpReply late = await node.PutAsync("/v1/cache/k", "older", ("Cache-Lease", lease));

        Assert.Equal((409, "stale-lease"), (late.Status, late.Code));
        Assert.Equal("newer", (await node.GetAsync("/v1/cache/k")).Text);
    }

    [Fact]
    public async Task A_fill_whose_tag_was_invalidated_since_the_lease_was_given_stores_nothing()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string lease = (await node.GetAsync("/v1/cache/k?lease=5s")).Header("Cache-Lease")!;
        Assert.Equal(204, (await node.DeleteAsync("/v1/cache?tag=a")).Status);

        HttpReply old = await node.PutAsync("/v1/cache/k", "v", ("Cache-Lease", lease), ("Cache-Tags", "b,a"));
        Assert.Equal((409, "stale-lease"), (old.Status, old.Code));

        HttpReply other = await node.PutAsync("/v1/cache/k", "v", ("Cache-Lease", lease), ("Cache-Tags", "b"));
        Assert.Equal(201, other.Status);
        Assert.Equal("b", (await node.GetAsync("/v1/cache/k")).Header("Cache-Tags"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("0000000000000000")]
    [InlineData("-123456789abcdef")]
    [InlineData("0123456789abcdef0")]
    public async Task What_is_no_token_is_refused(string lease)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply put = await node.PutAsync("/v1/cache/k", "v", ("Cache-Lease", lease));
        Assert.Equal((400, "bad-lease"), (put.Status, put.Code));
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Fact]
    public async Task A_delete_gives_the_lease_back()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string lease = (await node.GetAsync("/v1/cache/k?lease=5m")).Header("Cache-Lease")!;
        Assert.Equal(404, (await node.DeleteAsync("/v1/cache/k")).Status);
        Assert.NotNull((await node.GetAsync("/v1/cache/k?lease=5m")).Header("Cache-Lease"));
        Assert.Equal(409, (await node.PutAsync("/v1/cache/k", "v", ("Cache-Lease", lease))).Status);
        Assert.Equal(200, (await node.DeleteAsync("/v1/cache?all=true")).Status);
        Assert.NotNull((await node.GetAsync("/v1/cache/k?lease=5m")).Header("Cache-Lease"));
    }

    [Fact]
    public async Task A_wait_ends_with_the_fill_or_with_its_time()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string lease = (await node.GetAsync("/v1/cache/k?lease=5m")).Header("Cache-Lease")!;
        HttpReply gaveUp = await node.GetAsync("/v1/cache/k?lease=5m&wait=1ms");
        Assert.Equal(404, gaveUp.Status);
        Assert.InRange(int.Parse(gaveUp.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 300);
        Task<HttpReply>[] waiting =
            [.. Enumerable.Range(0, 10).Select(_ => node.GetAsync("/v1/cache/k?lease=5m&wait=1m"))];
        await TransportHost.UntilAsync(() => node.Node.Counters.LeasesHeld >= 20);
        Assert.All(waiting, static wait => Assert.False(wait.IsCompleted));

        await node.PutAsync("/v1/cache/k", "v", ("Cache-Lease", lease));

        Assert.All(await Task.WhenAll(waiting), static reply => Assert.Equal("v", reply.Text));
    }

    [Fact]
    public async Task Who_waits_gets_the_lease_when_it_is_given_back()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.GetAsync("/v1/cache/k?lease=5m");
        Task<HttpReply> waiting = node.GetAsync("/v1/cache/k?lease=5m&wait=1m");
        await TransportHost.UntilAsync(() => node.Node.Counters.LeasesHeld >= 2);

        await node.DeleteAsync("/v1/cache/k");

        HttpReply next = await waiting;
        Assert.Equal(404, next.Status);
        Assert.NotNull(next.Header("Cache-Lease"));
    }

    [Fact]
    public async Task Hashes_are_told_as_without_a_lease_and_a_HEAD_takes_none()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        using (var entry = node.Node.Store.Open("h"u8, node.Node.NowMs))
        {
            entry.Set(EntryType.Hash, "x"u8, 0);
        }
        Assert.Equal((409, "wrong-type"), Of(await node.GetAsync("/v1/cache/h?lease=5s")));
        Assert.Equal(400, (await node.SendAsync(HttpMethod.Head, "/v1/cache/k?lease=5s")).Status);
        Assert.Equal((400, "bad-query"), Of(await node.PutAsync("/v1/cache/k?lease=5s", "v")));

        static (int, string) Of(HttpReply reply) => (reply.Status, reply.Code);
    }
}
