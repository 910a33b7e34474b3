using System.Buffers;

using Henge.Storage;
using Henge.Tests.Transport;

using Microsoft.Extensions.Caching.Distributed;

using Xunit;

namespace Henge.Tests.Embedding;

/// <summary>The caches of three applications whose nodes are one ring; each transport runs all of it.</summary>
public abstract class RingCacheTests
{
    private static readonly DistributedCacheEntryOptions Forever = new();

    protected abstract TransportKind Kind { get; }

    [Fact]
    public async Task What_one_application_sets_all_of_them_get()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(Kind, 3);
        for (int i = 0; i < 30; i++)
        {
            string key = $"key{i}";
            byte[] value = new byte[i * 1000];
            value.AsSpan().Fill((byte)i);
            await ring[i % 3].Cache.SetAsync(key, value, Forever, token);
            foreach (EmbeddedHost host in ring.Hosts)
            {
                var buffer = new ArrayBufferWriter<byte>();
                Assert.Equal(value, await host.Cache.GetAsync(key, token));
                Assert.Equal(value, host.Cache.Get(key));
                Assert.True(await host.Cache.TryGetAsync(key, buffer, token));
                Assert.True(host.Cache.TryGet(key, buffer));
                Assert.Equal([.. value, .. value], buffer.WrittenSpan);
            }
            At(i + 1).Cache.Set(key, ByteSequence.Of([1, 2, 3], 1), Forever);
            Assert.Equal([1, 2, 3], At(i + 2).Cache.Get(key)!);
            await At(i).Cache.RemoveAsync(key, token);
            Assert.All(ring.Hosts, host => Assert.Null(host.Cache.Get(key)));
            At(i).Cache.Remove(key);
        }

        EmbeddedHost At(int at) => ring[at % 3];
    }

    [Fact]
    public async Task A_write_has_ended_when_every_copy_has_it()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(Kind, 3);
        for (int i = 0; i < 60; i++)
        {
            string key = $"key{i}";
            EmbeddedHost[] copies = ring.CopiesOf(key);
            Assert.Equal(2, copies.Length);

            // Through its owner, its replica and a stranger.
            await ring[i % 3].Cache.SetAsync(key, [(byte)i], Forever, token);
            Assert.All(copies, host => Assert.Equal([(byte)i], Stored(host, key)!));

            await ring[(i + 1) % 3].Cache.RemoveAsync(key, token);
            Assert.All(copies, host => Assert.Null(Stored(host, key)));
        }
    }

    [Fact]
    public async Task Reads_through_any_application_keep_a_sliding_entry_alive_on_its_copies()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(Kind, 3);
        foreach (EmbeddedHost reader in ring.Hosts)
        {
            string key = ring.KeyOf(ring[0], $"to{ring.Hosts.IndexOf(reader)}-");
            EmbeddedHost[] copies = ring.CopiesOf(key);
            await reader.Cache.SetAsync(key, [1], new() { SlidingExpiration = TimeSpan.FromSeconds(16) }, token);
            long before = Expiry(copies[1], key);
            Assert.Equal(before, Expiry(copies[0], key));

            await TransportHost.UntilAsync(() =>
            {
                Assert.NotNull(reader.Cache.Get(key));
                return Expiry(copies[1], key) > before;
            });
        }
    }

    [Fact]
    public async Task A_refresh_moves_the_expiry_at_its_owner()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(Kind, 3);
        string key = ring.KeyOf(ring[1]);
        await ring[0].Cache.SetAsync(key, [1], new() { SlidingExpiration = TimeSpan.FromHours(1) }, token);
        long before = Expiry(ring[1], key);

        await TransportHost.UntilAsync(() => ring[0].Node.NowMs > before - 3_600_000);
        await ring[0].Cache.RefreshAsync(key, token);
        long after = Expiry(ring[1], key);
        await TransportHost.UntilAsync(() => ring[0].Node.NowMs > after - 3_600_000);
        ring[2].Cache.Refresh(key);

        Assert.True(before < after && after < Expiry(ring[1], key));
    }

    [Fact]
    public async Task An_application_of_weight_0_uses_the_ring_and_holds_nothing()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(Kind, 2);
        await using EmbeddedHost user = await EmbeddedHost.StartAsync(options =>
        {
            options.Transport = Kind;
            options.Name = "user";
            options.Weight = 0;
            options.Peers.Add(ring[0].Address);
        });
        for (int i = 0; i < 50; i++)
        {
            user.Cache.Set($"key{i}", [(byte)i], Forever);
            Assert.Equal([(byte)i], user.Cache.Get($"key{i}")!);
            Assert.Equal([(byte)i], ring[1].Cache.Get($"key{i}")!);
        }
        Assert.Equal(0, user.Node.Store.Count);
    }

    [Fact]
    public async Task An_application_that_stops_hands_over_what_it_held()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(
            Kind, 3, static options => (options.Copies, options.LeaveTimeout) = (1, TimeSpan.FromSeconds(20)));
        for (int i = 0; i < 300; i++)
        {
            await ring[0].Cache.SetAsync($"key{i}", [(byte)i], Forever, token);
        }
        EmbeddedHost leaver = ring[2];
        Assert.NotEqual(0, leaver.Node.Store.Count);
        ring.Hosts.Remove(leaver);

        await leaver.StopAsync();

        for (int i = 0; i < 300; i++)
        {
            Assert.Equal([(byte)i], (await ring[i % 2].Cache.GetAsync($"key{i}", token))!);
        }
        Assert.Equal(HengeFailure.Stopped, Assert.Throws<HengeException>(() => leaver.Cache.Get("key0")).Failure);
        await leaver.DisposeAsync();
    }

    private static byte[]? Stored(EmbeddedHost host, string key)
    {
        using EntryScope entry = host.Node.Store.Open(System.Text.Encoding.UTF8.GetBytes(key), host.Node.NowMs);
        return entry.Found ? entry.Value.ToArray() : null;
    }

    private static long Expiry(EmbeddedHost host, string key)
    {
        using EntryScope entry = host.Node.Store.Open(System.Text.Encoding.UTF8.GetBytes(key), host.Node.NowMs);
        return entry.ExpiresAtMs;
    }
}
