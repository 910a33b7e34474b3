using System.Text;

using Henge.Caching;
using Henge.Tests.Embedding;
using Henge.Tests.Routing;

using Microsoft.Extensions.DependencyInjection;

using Xunit;

namespace Henge.Tests.Caching;

/// <summary>Counters: one number for all processes and protocols.</summary>
public sealed class CounterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_counter_begins_at_zero_or_where_it_is_told_and_goes_both_ways()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = Of(host);

        Assert.Equal(1, await cache.IncrementAsync("a", cancellationToken: Token));
        Assert.Equal(11, await cache.IncrementAsync("a", 10, cancellationToken: Token));
        Assert.Equal(-9, await cache.IncrementAsync("a", -20, cancellationToken: Token));
        Assert.Equal(-9, await cache.IncrementAsync("a", 0, cancellationToken: Token));
        Assert.Equal(105, await cache.IncrementAsync("b", 5, new() { Initial = 100 }, Token));
        Assert.Equal(110, await cache.IncrementAsync("b", 5, new() { Initial = 100 }, Token));
    }

    [Fact]
    public async Task The_expiry_is_that_of_the_first_change()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        await Of(host).IncrementAsync("c", 1, new() { Expiration = TimeSpan.FromHours(1) }, Token);
        await Of(host).IncrementAsync("c", 1, new() { Expiration = TimeSpan.FromHours(9) }, Token);
        await Of(host).IncrementAsync("d", 1, cancellationToken: Token);

        using var limited = host.Node.Store.Open("c"u8, host.Node.NowMs);
        Assert.InRange(limited.ExpiresAtMs - host.Node.NowMs, 3_500_000, 3_600_000);
        using var endless = host.Node.Store.Open("d"u8, host.Node.NowMs);
        Assert.Equal(0, endless.ExpiresAtMs);
    }

    [Fact]
    public async Task Values_and_counters_are_the_same()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = Of(host);
        await cache.SetAsync("n", 41L, cancellationToken: Token);

        Assert.Equal(42, await cache.IncrementAsync("n", cancellationToken: Token));

        CacheResult<long> read = await cache.TryGetAsync<long>("n", cancellationToken: Token);
        Assert.Equal((CacheState.Found, 42L), (read.State, read.Value));
        Assert.Equal("42"u8.ToArray(), await host.Cache.GetAsync("n", Token));
        Assert.True(await cache.TrySetAsync("n", 7L, read.Version, cancellationToken: Token));
        Assert.Equal(8, await cache.IncrementAsync("n", cancellationToken: Token));
        Assert.False(await cache.TrySetAsync("n", 9L, read.Version, cancellationToken: Token));
    }

    [Fact]
    public async Task What_is_no_number_or_would_pass_it_stays()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = Of(host);
        await cache.SetAsync("text", "12 ", cancellationToken: Token);
        await cache.SetAsync("most", long.MaxValue, cancellationToken: Token);
        await cache.SetAsync("least", long.MinValue, cancellationToken: Token);

        Assert.Equal(HengeFailure.NotANumber, await FailureAsync("text", 1));
        Assert.Equal(HengeFailure.Overflow, await FailureAsync("most", 1));
        Assert.Equal(HengeFailure.Overflow, await FailureAsync("least", -1));
        Assert.Equal(HengeFailure.Overflow, await FailureAsync("least", long.MinValue));

        Assert.Equal("12 ", (await cache.TryGetAsync<string>("text", cancellationToken: Token)).Value);
        Assert.Equal(long.MaxValue - 1, await cache.IncrementAsync("most", -1, cancellationToken: Token));
        Assert.Equal(-1, await cache.IncrementAsync("least", long.MaxValue, cancellationToken: Token));

        async Task<HengeFailure> FailureAsync(string key, long delta) => (await Assert.ThrowsAsync<HengeException>(
            () => cache.IncrementAsync(key, delta, cancellationToken: Token).AsTask())).Failure;
    }

    [Fact]
    public async Task What_cannot_be_is_told_and_changes_nothing()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = Of(host);

        await Assert.ThrowsAsync<ArgumentNullException>(
            () => cache.IncrementAsync(null!, cancellationToken: Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => cache.IncrementAsync("", cancellationToken: Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => cache.IncrementAsync(
            new string('k', 70_000), cancellationToken: Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(
            () => cache.IncrementAsync("k", 1, new() { Tags = [""] }, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => cache.IncrementAsync("k", 1, new() { Expiration = TimeSpan.Zero }, Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => cache.IncrementAsync("k", 1, null, new CancellationToken(true)).AsTask());
        Assert.Equal(0, host.Node.Store.Count);

        await host.StopAsync();
        Assert.Equal(HengeFailure.Stopped, (await Assert.ThrowsAsync<HengeException>(
            () => cache.IncrementAsync("k", cancellationToken: Token).AsTask())).Failure);
        await host.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => cache.IncrementAsync("k", cancellationToken: Token).AsTask());
    }

    [Fact]
    public async Task A_tag_removes_a_counter_and_it_begins_again()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var options = new CounterOptions { Tags = ["t"] };
        Assert.Equal(1, await Of(host).IncrementAsync("k", 1, options, Token));
        Assert.Equal(2, await Of(host).IncrementAsync("k", 1, options, Token));

        await Of(host).RemoveByTagAsync(["t"], Token);
        Assert.Equal(1, await Of(host).IncrementAsync("k", 1, options, Token));

        await Of(host).RemoveByTagAsync(["*"], Token);
        Assert.Equal(1, await Of(host).IncrementAsync("k", 1, options, Token));
    }

    [Fact]
    public async Task All_processes_count_in_one_counter_and_read_what_they_have_counted()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 3);
        foreach (EmbeddedHost owner in ring.Hosts)
        {
            string key = ring.KeyOf(owner);
            long[][] sums = await Task.WhenAll(ring.Hosts.Select(async host =>
            {
                var seen = new List<long>();
                for (int i = 0; i < 100; i++)
                {
                    long sum = await Of(host).IncrementAsync(key, cancellationToken: Token);
                    seen.Add(sum);
                    Assert.True((await Of(host).TryGetAsync<long>(key, cancellationToken: Token)).Value >= sum);
                }
                return seen.ToArray();
            }));

            Assert.Equal(Enumerable.Range(1, 300).Select(static i => (long)i), sums.SelectMany(static s => s).Order());
            Assert.Equal(300, (await Of(owner).TryGetAsync<long>(key, cancellationToken: Token)).Value);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Redis_clients_count_in_the_same_counter(int owner)
    {
        using var ring = new TestRing(2);
        string key = ring.KeyOf(ring[owner]);
        byte[] bytes = Encoding.ASCII.GetBytes(key);
        using RingClient client = ring[0].Connect();

        Assert.Equal(":1\r\n", client.Call("INCR", key));
        Assert.Equal("5", Add(4));
        Assert.Equal("$1\r\n5\r\n", client.Call("GET", key));
        Assert.Equal(":3\r\n", client.Call("DECRBY", key, "2"));
        Assert.Equal("-7", Add(-10));

        string Add(long delta)
        {
            ValueTask<Henge.Entries.EntryAnswer> call = ring[0].Node.Entries.AddAsync(
                bytes, new(delta), default, CancellationToken.None);
            ring.Pump();
            return Encoding.ASCII.GetString(call.AsTask().GetAwaiter().GetResult().Value!);
        }
    }

    [Fact]
    public void A_change_whose_owner_vanishes_may_have_been_made_and_is_not_made_twice()
    {
        using var ring = new TestRing(2);
        byte[] key = Encoding.ASCII.GetBytes(ring.KeyOf(ring[1]));
        ValueTask<Henge.Entries.EntryAnswer> call = ring[0].Node.Entries.AddAsync(
            key, new(1), default, CancellationToken.None);
        // It has arrived and is carried out; the answer is lost with the link.
        Assert.True(ring.Step());
        ring[1].Turn();
        ring.LoseMessages();
        ring[0].Lane.Lane.LinkDown(ring[1].Self.Id, ring.Now);
        ring[0].Lane.Lane.LinkUp(ring[1].Self.Id, ring.Now);
        ring.Pump();

        Assert.Equal(HengeFailure.Uncertain, Assert.Throws<HengeException>(
            () => call.AsTask().GetAwaiter().GetResult()).Failure);
        using var entry = ring[1].Node.Store.Open(key, ring.Now.UnixMs);
        Assert.True(entry.Value.SequenceEqual("1"u8));
    }

    private static HengeCache Of(EmbeddedHost host) => host.Services.GetRequiredService<HengeCache>();
}
