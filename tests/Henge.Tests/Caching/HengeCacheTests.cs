using Henge.Caching;
using Henge.Tests.Embedding;

using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

using Xunit;

namespace Henge.Tests.Caching;

/// <summary>Henge's own cache on one node: what the platform's does not have.</summary>
public sealed class HengeCacheTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_factory_decides_how_its_value_is_kept()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = Of(host);

        await cache.GetOrCreateAsync("k", static (context, _) =>
        {
            Assert.Equal("k", context.Key);
            Assert.Equal(TimeSpan.FromMinutes(2), context.Expiration);
            Assert.Equal(["a"], context.Tags);
            context.Expiration = TimeSpan.FromHours(1);
            context.Tags.Add("b");
            return ValueTask.FromResult("v");
        }, new() { Expiration = TimeSpan.FromMinutes(2), Tags = ["a"] }, Token);

        using (var entry = host.Node.Store.Open("k"u8, host.Node.NowMs))
        {
            Assert.InRange(entry.ExpiresAtMs - host.Node.NowMs, 3_500_000, 3_600_000);
        }
        await cache.RemoveByTagAsync(["b"], Token);
        Assert.Equal(CacheState.Missing, (await cache.TryGetAsync<string>("k", cancellationToken: Token)).State);
    }

    [Fact]
    public async Task The_factory_may_have_its_value_not_kept()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        int calls = 0;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("v", await Of(host).GetOrCreateAsync("k", (context, _) =>
            {
                calls++;
                context.IsCached = false;
                return ValueTask.FromResult("v");
            }, cancellationToken: Token));
        }
        Assert.Equal(3, calls);
        Assert.Equal(0, host.Node.Leases.Count);
    }

    [Theory]
    [InlineData(HybridCacheEntryFlags.DisableDistributedCache)]
    [InlineData(HybridCacheEntryFlags.DisableDistributedCacheWrite)]
    public async Task What_was_being_made_for_this_process_alone_hides_no_later_write(HybridCacheEntryFlags flags)
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache hybrid = host.Services.GetRequiredService<HybridCache>();
        foreach (bool removes in new[] { false, true })
        {
            string key = $"k{removes}";
            var old = new CountedFactory<string>("old") { IsHeld = true };
            Task<string> before = hybrid.GetOrCreateAsync(
                key, old.CallAsync, new() { Flags = flags }, cancellationToken: Token).AsTask();
            await old.Called;
            await (removes ? Of(host).RemoveAsync(key, Token).AsTask()
                : Of(host).SetAsync(key, "set", cancellationToken: Token).AsTask());

            // Who comes now does not wait for what was begun before, either.
            Assert.Equal(removes ? "made" : "set", await hybrid.GetOrCreateAsync(
                key, static _ => ValueTask.FromResult("made"),
                new() { Flags = HybridCacheEntryFlags.DisableDistributedCacheWrite }, cancellationToken: Token));
            await Of(host).SetAsync(key, "set", cancellationToken: Token);
            old.LetGo();
            Assert.Equal("old", await before);

            Assert.Equal("set", (await Of(host).TryGetAsync<string>(key, cancellationToken: Token)).Value);
        }
    }

    [Fact]
    public async Task A_factory_that_decides_what_cannot_be_is_told()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Of(host).GetOrCreateAsync("k", (context, _) =>
        {
            context.Expiration = TimeSpan.Zero;
            return ValueTask.FromResult("v");
        }, cancellationToken: Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => Of(host).GetOrCreateAsync("k", (context, _) =>
        {
            context.Tags.Add("");
            return ValueTask.FromResult("v");
        }, cancellationToken: Token).AsTask());
        Assert.Equal(0, host.Node.Leases.Count);
    }

    [Fact]
    public async Task A_factory_that_takes_too_long_is_cancelled_and_told()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var factory = new CountedFactory<string>("v") { IsHeld = true };
        var limited = new EntryOptions { FactoryTimeout = TimeSpan.FromMilliseconds(20) };

        await Assert.ThrowsAsync<TimeoutException>(() => Of(host).GetOrCreateAsync(
            "k", (_, token) => factory.CallAsync(token), limited, Token).AsTask());

        Assert.True(factory.Token.IsCancellationRequested);
        Assert.Equal(0, host.Node.Leases.Count);
        limited.FactoryTimeout = TimeSpan.FromMinutes(1);
        Assert.Equal("again", await Of(host).GetOrCreateAsync(
            "k", static (_, _) => ValueTask.FromResult("again"), limited, Token));
    }

    [Fact]
    public async Task A_version_lets_one_of_two_writers_win()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = Of(host);
        Assert.True(await cache.TrySetAsync("k", 1, 0, cancellationToken: Token));
        Assert.False(await cache.TrySetAsync("k", 2, 0, cancellationToken: Token));
        CacheResult<int> read = await cache.TryGetAsync<int>("k", cancellationToken: Token);
        CacheResult<int> again = await cache.TryGetAsync<int>("k", cancellationToken: Token);
        Assert.Equal(read, again);

        Assert.True(await cache.TrySetAsync("k", 3, read.Version, cancellationToken: Token));
        Assert.False(await cache.TrySetAsync("k", 4, read.Version, cancellationToken: Token));

        CacheResult<int> last = await cache.TryGetAsync<int>("k", cancellationToken: Token);
        Assert.Equal(3, last.Value);
        Assert.True(last.Version > read.Version);
    }

    [Fact]
    public async Task A_sliding_value_is_read_at_its_owner_and_lives_on()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = Of(host);
        await cache.SetAsync("k", "v", new() { Sliding = TimeSpan.FromMinutes(1) }, Token);
        long hits = host.Node.Store.GetStatistics().Hits;

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("v", (await cache.TryGetAsync<string>("k", cancellationToken: Token)).Value);
        }

        Assert.Equal(hits + 3, host.Node.Store.GetStatistics().Hits);
        using var entry = host.Node.Store.Open("k"u8, host.Node.NowMs);
        Assert.InRange(entry.ExpiresAtMs - host.Node.NowMs, 50_000, 60_000);
    }

    [Fact]
    public async Task Without_the_first_level_every_read_asks_the_owner()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(static o => o.FirstLevelBytes = 0);
        await Of(host).SetAsync("k", "v", cancellationToken: Token);
        long hits = host.Node.Store.GetStatistics().Hits;

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("v", (await Of(host).TryGetAsync<string>("k", cancellationToken: Token)).Value);
        }

        Assert.Equal(hits + 3, host.Node.Store.GetStatistics().Hits);
    }

    [Fact]
    public async Task Trouble_is_no_exception_of_a_read()
    {
        EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = Of(host);
        await host.StopAsync();

        Assert.Equal(CacheState.Unknown, (await cache.TryGetAsync<string>("k", cancellationToken: Token)).State);
        Assert.Equal(["k"], (await cache.GetManyAsync<string>(["k"], cancellationToken: Token)).Unknown);
        await Assert.ThrowsAsync<HengeException>(() => cache.RemoveAsync("k", Token).AsTask());
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Before_the_start_a_read_says_so()
    {
        await using var host = new EmbeddedHost();

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Of(host).TryGetAsync<string>("k", cancellationToken: Token).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => Of(host).GetOrCreateAsync(
            "k", static (_, _) => ValueTask.FromResult("v"), cancellationToken: Token).AsTask());
    }

    [Fact]
    public async Task A_hit_in_the_first_level_allocates_nothing()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = Of(host);
        await cache.SetAsync("k", 42L, new() { Tags = ["t"] }, Token);
        Assert.Equal(42L, (await cache.TryGetAsync<long>("k", cancellationToken: Token)).Value);

        CancellationToken token = Token;
        Assert.Equal(0, LeastAllocated(() => _ = cache.TryGetAsync<long>("k", null, token).IsCompleted));
    }

    /// <summary>Bytes that the calling thread allocates for 1,000 calls: the least of some rounds.</summary>
    internal static long LeastAllocated(Action call)
    {
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                call();
            }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }

    private static HengeCache Of(EmbeddedHost host) => host.Services.GetRequiredService<HengeCache>();
}
