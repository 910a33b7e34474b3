using System.Text;

using Henge.Caching;
using Henge.Tests.Embedding;
using Henge.Tests.Transport;

using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

using Xunit;

namespace Henge.Tests.Caching;

/// <summary>Removal of many values at once: by prefix, by all of some tags, and of all of an application.</summary>
public sealed class RemovalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_prefix_is_removed_on_all_nodes_and_in_all_first_levels()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(
            TransportKind.Auto, 3, static options => options.KeyPrefix = "app:");
        string[] gone = [.. Enumerable.Range(0, 700).Select(static i => $"a*[{i}")];
        string[] left = [.. Enumerable.Range(0, 100).Select(static i => $"a*{i}"), "b", "a"];
        await Of(ring[0]).SetManyAsync(
            gone.Concat(left).Select(static key => KeyValuePair.Create(key, key)), cancellationToken: Token);
        await ring[1].Cache.SetAsync("a*[bytes", [1], new(), Token);
        foreach (EmbeddedHost host in ring.Hosts)
        {
            await Of(host).GetManyAsync<string>(gone, cancellationToken: Token);
        }

        Assert.Equal(701, await Of(ring[1]).RemoveByPrefixAsync("a*[", Token));

        // Its own process at once, the others as soon as they have heard.
        Assert.Empty((await Of(ring[1]).GetManyAsync<string>(gone, cancellationToken: Token)).Found);
        foreach (EmbeddedHost host in ring.Hosts)
        {
            await TransportHost.UntilAsync(() => Of(host).GetManyAsync<string>(gone, cancellationToken: Token)
                .AsTask().GetAwaiter().GetResult().Found.Count == 0);
            CacheResults<string> kept = await Of(host).GetManyAsync<string>(left, cancellationToken: Token);
            Assert.Equal(left.Length, kept.Found.Count);
            Assert.Null(await host.Cache.GetAsync("a*[bytes", Token));
        }
        Assert.Equal(0, await Of(ring[2]).RemoveByPrefixAsync("a*[", Token));
        await Of(ring[0]).SetAsync(gone[0], "again", cancellationToken: Token);
        Assert.Equal("again", (await Of(ring[2]).TryGetAsync<string>(gone[0], cancellationToken: Token)).Value);
    }

    [Fact]
    public async Task Alone_a_prefix_is_removed_too_with_what_only_this_process_keeps()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache hybrid = host.Services.GetRequiredService<HybridCache>();
        await Of(host).SetAsync("p:1", "v", cancellationToken: Token);
        await Of(host).SetAsync("q:1", "v", cancellationToken: Token);
        await hybrid.SetAsync(
            "p:own", "v", new() { Flags = HybridCacheEntryFlags.DisableDistributedCache }, cancellationToken: Token);

        Assert.Equal(1, await Of(host).RemoveByPrefixAsync("p:", Token));

        Assert.False((await Of(host).TryGetAsync<string>("p:1", cancellationToken: Token)).IsFound);
        Assert.False((await Of(host).TryGetAsync<string>("p:own", cancellationToken: Token)).IsFound);
        Assert.True((await Of(host).TryGetAsync<string>("q:1", cancellationToken: Token)).IsFound);
    }

    [Fact]
    public async Task A_prefix_that_cannot_be_is_told()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = Of(host);
        await cache.SetAsync("k", "v", cancellationToken: Token);

        await Assert.ThrowsAsync<ArgumentNullException>(() => cache.RemoveByPrefixAsync(null!, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => cache.RemoveByPrefixAsync("", Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => cache.RemoveByPrefixAsync("k", new CancellationToken(true)).AsTask());
        Assert.Equal(0, await cache.RemoveByPrefixAsync(new string('k', 70_000), Token));
        Assert.True((await cache.TryGetAsync<string>("k", cancellationToken: Token)).IsFound);

        await host.StopAsync();
        Assert.Equal(HengeFailure.Stopped, (await Assert.ThrowsAsync<HengeException>(
            () => cache.RemoveByPrefixAsync("k", Token).AsTask())).Failure);
        await host.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.RemoveByPrefixAsync("k", Token).AsTask());
    }

    [Fact]
    public async Task Only_what_has_all_of_the_tags_is_removed()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 2);
        HengeCache cache = Of(ring[0]);
        (string, bool)[] tagged = [("a b", true), ("a b c", true), ("a", false), ("b c", false)];
        foreach (EmbeddedHost owner in ring.Hosts)
        {
            string key = ring.KeyOf(owner);
            foreach ((string tags, bool isGone) in tagged)
            {
                await cache.SetAsync($"{{{key}}}{tags}", tags, new() { Tags = tags.Split(' ') }, Token);
                Assert.Equal(tags, await ReadAsync(ring[1], $"{{{key}}}{tags}"));
            }

            await Of(ring[1]).RemoveByAllTagsAsync(["b", "a"], Token);

            foreach ((string tags, bool isGone) in tagged)
            {
                foreach (EmbeddedHost host in ring.Hosts)
                {
                    Assert.Equal(isGone ? null : tags, await ReadAsync(host, $"{{{key}}}{tags}"));
                }
            }
            await cache.SetAsync($"{{{key}}}a b", "again", new() { Tags = ["a", "b"] }, Token);
            Assert.Equal("again", await ReadAsync(ring[1], $"{{{key}}}a b"));
            await cache.RemoveByAllTagsAsync(["c"], Token);
            Assert.Null(await ReadAsync(ring[1], $"{{{key}}}b c"));
            Assert.Equal("a", await ReadAsync(ring[1], $"{{{key}}}a"));
            await cache.RemoveByAllTagsAsync(["*", "a"], Token);
            Assert.Null(await ReadAsync(ring[1], $"{{{key}}}a"));
        }
    }

    [Fact]
    public async Task Tags_that_cannot_be_are_told_and_none_removes_nothing()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = Of(host);
        await cache.SetAsync("k", "v", new() { Tags = ["a"] }, Token);

        await Assert.ThrowsAsync<ArgumentNullException>(() => cache.RemoveByAllTagsAsync(null!, Token).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => cache.RemoveByAllTagsAsync([""], Token).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => cache.RemoveByAllTagsAsync([new string('x', 257), "a"], Token).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => cache.RemoveByAllTagsAsync([.. Enumerable.Range(0, 9).Select(static i => $"{i}")], Token).AsTask());
        await cache.RemoveByAllTagsAsync([], Token);
        await cache.RemoveByAllTagsAsync([.. Enumerable.Range(0, 8).Select(i => $"{i}" + new string('x', 255))], Token);
        Assert.Equal("v", await ReadAsync(host, "k"));
    }

    [Fact]
    public async Task Beyond_as_many_tags_as_the_node_remembers_what_is_tagged_and_as_old_goes()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(static options => options.MaxTags = 2);
        await Of(host).SetAsync("k", "v", new() { Tags = ["never"] }, Token);
        await Of(host).RemoveByTagAsync(["a"], Token);
        await Of(host).RemoveByTagAsync(["b"], Token);
        Assert.Equal("v", await ReadAsync(host, "k"));

        await Of(host).RemoveByTagAsync(["c"], Token);

        Assert.Null(await ReadAsync(host, "k"));
        Assert.Equal((2, 2, 1), (
            host.Node.Ring!.Tags.Limit, host.Node.Ring.Tags.Count, host.Node.Ring.Tags.Dropped));
        await Of(host).SetAsync("k", "v", new() { Tags = ["never"] }, Token);
        Assert.Equal("v", await ReadAsync(host, "k"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_one_application_clears_is_its_own(bool byHybridCache)
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(
            TransportKind.Auto, 3, static options => options.KeyPrefix = options.Name switch
            {
                "n0" => "one:",
                "n1" => "two:",
                _ => "",
            });
        foreach (EmbeddedHost host in ring.Hosts)
        {
            await Of(host).SetAsync("k", "v", new() { Tags = ["t"] }, Token);
            await Of(host).IncrementAsync("n", cancellationToken: Token);
            await host.Cache.SetAsync("session", Encoding.UTF8.GetBytes("s"), new(), Token);
        }
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("v", await ReadAsync(ring[i], "k"));
            await (byHybridCache
                ? ring[i].Services.GetRequiredService<HybridCache>().RemoveByTagAsync("*", Token)
                : Of(ring[i]).ClearAsync(Token));

            for (int j = 0; j < 3; j++)
            {
                Assert.Equal(j <= i ? null : "v", await ReadAsync(ring[j], "k"));
                Assert.Equal(j > i, (await Of(ring[j]).TryGetAsync<long>("n", cancellationToken: Token)).IsFound);
                Assert.NotNull(await ring[j].Cache.GetAsync("session", Token));
            }
        }
        await Of(ring[0]).SetAsync("k", "again", cancellationToken: Token);
        Assert.Equal("again", await ReadAsync(ring[0], "k"));
    }

    [Fact]
    public async Task A_clear_reaches_what_processes_keep_for_themselves_and_may_be_cancelled()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache hybrid = host.Services.GetRequiredService<HybridCache>();
        await hybrid.SetAsync(
            "own", "v", new() { Flags = HybridCacheEntryFlags.DisableDistributedCache }, cancellationToken: Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Of(host).ClearAsync(new CancellationToken(true)).AsTask());
        Assert.Equal("v", await ReadAsync(host, "own"));

        await Of(host).ClearAsync(Token);

        Assert.Null(await ReadAsync(host, "own"));
    }

    [Fact]
    public async Task The_mark_of_an_application_is_no_tag_that_others_see()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(static options => options.KeyPrefix = "app:");
        await Of(host).SetAsync(
            "k", "v", new() { Tags = [.. Enumerable.Range(0, 63).Select(static i => $"t{i}")] }, Token);
        await Assert.ThrowsAsync<ArgumentException>(() => Of(host).SetAsync(
            "k", "v", new() { Tags = [.. Enumerable.Range(0, 64).Select(static i => $"t{i}")] }, Token).AsTask());

        using var entry = host.Node.Store.Open("app:k"u8, host.Node.NowMs);
        ReadOnlySpan<byte> tags = Henge.Entries.EntryAttributes.Read(entry.Attributes).Tags;
        Assert.Equal(63, Henge.Tags.TagNames.Of(tags).Count);
        Assert.Equal(64, new Henge.Cluster.Tags.TagList(tags).Count);
    }

    private static HengeCache Of(EmbeddedHost host) => host.Services.GetRequiredService<HengeCache>();

    private static async Task<string?> ReadAsync(EmbeddedHost host, string key) =>
        (await Of(host).TryGetAsync<string>(key, cancellationToken: Token)).Value;
}
