using System.Text;

using Henge.Caching;
using Henge.Caching.Engine;
using Henge.Caching.Levels;
using Henge.Tests.Embedding;
using Henge.Tests.Routing;
using Henge.Tests.Transport;

using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

using Xunit;

namespace Henge.Tests.Caching;

/// <summary>The caches of three applications whose nodes are one ring: coherence, leases and trouble.</summary>
public sealed class CacheRingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_update_through_one_is_seen_by_the_first_levels_of_the_others()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 3);
        for (int i = 0; i < 9; i++)
        {
            string key = ring.KeyOf(ring[i % 3], $"{i}-");
            HengeCache writer = Of(ring[i / 3]);
            await writer.SetAsync(key, "0", cancellationToken: Token);
            for (int version = 1; version < 4; version++)
            {
                string before = $"{version - 1}";
                string after = $"{version}";
                foreach (EmbeddedHost host in ring.Hosts)
                {
                    await TransportHost.UntilAsync(() => IsHere(host, key, before));
                }

                await writer.SetAsync(key, after, cancellationToken: Token);

                // Its own process at once, the others as soon as they have heard.
                Assert.Equal(after, (await writer.TryGetAsync<string>(key, cancellationToken: Token)).Value);
                foreach (EmbeddedHost host in ring.Hosts)
                {
                    await TransportHost.UntilAsync(() => IsHere(host, key, after));
                }
            }

            Assert.True(await writer.RemoveAsync(key, Token));
            Assert.False((await writer.TryGetAsync<string>(key, cancellationToken: Token)).IsFound);
            foreach (EmbeddedHost host in ring.Hosts)
            {
                await TransportHost.UntilAsync(() => Find(host, key) is null);
            }
        }
    }

    [Fact]
    public async Task A_write_by_another_protocol_is_seen_too()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 3);
        foreach (EmbeddedHost owner in ring.Hosts)
        {
            string key = ring.KeyOf(owner);
            await Of(ring[0]).SetAsync(key, "cache", cancellationToken: Token);
            await TransportHost.UntilAsync(() => IsHere(ring[1], key, "cache"));

            await ring[2].Cache.SetAsync(key, Encoding.UTF8.GetBytes("bytes"), new(), Token);

            await TransportHost.UntilAsync(() => IsHere(ring[1], key, "bytes"));
        }
    }

    [Fact]
    public async Task A_tag_is_invalidated_in_every_first_level_before_the_call_ends()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 3);
        for (int round = 0; round < 3; round++)
        {
            foreach (EmbeddedHost owner in ring.Hosts)
            {
                string key = ring.KeyOf(owner, $"{round}-");
                await Of(ring[0]).SetAsync(key, "v", new() { Tags = ["t"] }, Token);
                foreach (EmbeddedHost host in ring.Hosts)
                {
                    await TransportHost.UntilAsync(() => IsHere(host, key, "v"));
                }
            }

            await Of(ring[round]).RemoveByTagAsync([round == 2 ? "*" : "t"], Token);

            foreach (EmbeddedHost owner in ring.Hosts)
            {
                string key = ring.KeyOf(owner, $"{round}-");
                Assert.All(ring.Hosts, host => Assert.Null(Find(host, key)));
            }
        }
    }

    [Fact]
    public async Task One_factory_is_called_for_all_callers_of_all_processes()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 3);
        foreach (EmbeddedHost owner in ring.Hosts)
        {
            string key = ring.KeyOf(owner);
            var factory = new CountedFactory<string>("v") { IsHeld = true };
            Task<string>[] reads = [.. ring.Hosts.SelectMany(host => Enumerable.Range(0, 100).Select(i => i % 2 == 0
                ? Of(host).GetOrCreateAsync(
                    key, (_, token) => factory.CallAsync(token), cancellationToken: Token).AsTask()
                : host.Services.GetRequiredService<HybridCache>().GetOrCreateAsync(
                    key, factory.CallAsync, cancellationToken: Token).AsTask()))];
            await factory.Called;
            factory.LetGo();

            Assert.All(await Task.WhenAll(reads), static value => Assert.Equal("v", value));
            Assert.Equal(1, factory.Calls);
        }
    }

    [Fact]
    public async Task An_owner_that_takes_longer_than_the_options_say_is_done_without()
    {
        using var ring = new TestRing(2);
        ring[0].Node.Options.RingTimeout = TimeSpan.FromTicks(1);
        var engine = new CacheEngine(ring[0].Node, new Codecs(new ServiceCollection().BuildServiceProvider()));

        // Nobody carries messages here, so the owner does not answer.
        string value = await new HengeCache(engine).GetOrCreateAsync(
            ring.KeyOf(ring[1]), static (_, _) => ValueTask.FromResult("made"), cancellationToken: Token);

        Assert.Equal("made", value);
    }

    [Fact]
    public async Task When_the_holder_of_the_lease_goes_the_next_one_makes_the_value()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 3);
        EmbeddedHost holder = ring[2];
        string key = ring.KeyOf(ring[0]);
        var stuck = new CountedFactory<string>("never") { IsHeld = true };
        Task<string> first = Of(holder).GetOrCreateAsync(
            key, (_, token) => stuck.CallAsync(token), cancellationToken: Token).AsTask();
        await stuck.Called;
        var factory = new CountedFactory<string>("v");
        Task<string>[] reads = [.. Enumerable.Range(0, 20).Select(i => Of(ring[i % 2]).GetOrCreateAsync(
            key, (_, token) => factory.CallAsync(token), cancellationToken: Token).AsTask())];

        ring.Hosts.Remove(holder);
        await holder.DisposeAsync();

        Assert.All(await Task.WhenAll(reads), static value => Assert.Equal("v", value));
        Assert.Equal(1, factory.Calls);
        stuck.LetGo();
        Assert.Equal("never", await first);
        Assert.Equal("v", (await Of(ring[0]).TryGetAsync<string>(key, cancellationToken: Token)).Value);
    }

    [Fact]
    public async Task When_a_factory_throws_the_next_process_calls_its_own()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 3);
        string key = ring.KeyOf(ring[0]);
        var mayThrow = new TaskCompletionSource<string>();
        var isCalled = new TaskCompletionSource();
        Task<string> first = Of(ring[1]).GetOrCreateAsync(
            key,
            (_, _) =>
            {
                isCalled.SetResult();
                return new ValueTask<string>(mayThrow.Task);
            },
            cancellationToken: Token).AsTask();
        await isCalled.Task;
        Task<string> second = Of(ring[2]).GetOrCreateAsync(
            key, static (_, _) => ValueTask.FromResult("v"), cancellationToken: Token).AsTask();

        mayThrow.SetException(new FormatException("no"));

        await Assert.ThrowsAsync<FormatException>(() => first);
        Assert.Equal("v", await second);
    }

    [Fact]
    public async Task A_process_reads_its_own_writes_through_the_first_level()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 2);
        foreach (EmbeddedHost owner in ring.Hosts)
        {
            string key = ring.KeyOf(owner);
            HengeCache cache = Of(ring[0]);
            for (int i = 0; i < 200; i++)
            {
                await cache.SetAsync(key, i, cancellationToken: Token);
                Assert.Equal(i, (await cache.TryGetAsync<int>(key, cancellationToken: Token)).Value);
                Assert.Equal(i, (await cache.TryGetAsync<int>(key, cancellationToken: Token)).Value);
            }
        }
    }

    [Fact]
    public async Task Who_has_written_or_invalidated_waits_for_nothing_older()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 2);
        string key = ring.KeyOf(ring[1]);
        HengeCache cache = Of(ring[0]);
        var old = new CountedFactory<string>("old") { IsHeld = true };
        Task<string> before = cache.GetOrCreateAsync(
            key, (_, token) => old.CallAsync(token), new() { Tags = ["t"] }, Token).AsTask();
        await old.Called;

        await cache.SetAsync(key, "set", new() { Tags = ["t"] }, Token);
        Assert.Equal("set", await MakeAsync());
        await cache.RemoveAsync(key, Token);
        Assert.Equal("made", await MakeAsync());
        await cache.RemoveByTagAsync(["t"], Token);
        Assert.Equal("made", await MakeAsync());

        old.LetGo();
        Assert.Equal("old", await before);
        Assert.Equal("made", await MakeAsync());

        ValueTask<string> MakeAsync() => cache.GetOrCreateAsync(
            key, static (_, _) => ValueTask.FromResult("made"), new() { Tags = ["t"] }, Token);
    }

    [Fact]
    public async Task Many_keys_of_all_owners_are_found_and_missing()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 3);
        string[] keys = [.. Enumerable.Range(0, 300).Select(static i => $"key{i}")];
        await Of(ring[0]).SetManyAsync(
            keys.Take(200).Select(static key => KeyValuePair.Create(key, key)), cancellationToken: Token);

        for (int round = 0; round < 2; round++)
        {
            CacheResults<string> results = await Of(ring[1]).GetManyAsync<string>(
                [.. keys, .. keys], cancellationToken: Token);

            Assert.Equal(keys.Take(200).Order(), results.Found.Values.Order());
            Assert.Equal(keys.Skip(200), results.Missing);
            Assert.Empty(results.Unknown);
        }
    }

    private static HengeCache Of(EmbeddedHost host) => host.Services.GetRequiredService<HengeCache>();

    /// <summary>Reads through the first level, and says what is there afterwards.</summary>
    private static bool IsHere(EmbeddedHost host, string key, string value)
    {
        CacheResult<string> read = Of(host).TryGetAsync<string>(key, cancellationToken: Token)
            .AsTask().GetAwaiter().GetResult();
        return read.Value == value
            && host.Services.GetRequiredService<Henge.Caching.Engine.CacheEngine>().First!.Find(key) is not null;
    }

    private static string? Find(EmbeddedHost host, string key) => Of(host).TryGetAsync<string>(
        key, cancellationToken: Token).AsTask().GetAwaiter().GetResult().Value;
}
