using System.Text;

using Henge.Caching;
using Henge.Caching.Engine;
using Henge.Caching.Levels;
using Henge.Cluster.Tags;
using Henge.Entries;
using Henge.Entries.Leases;
using Henge.Tags;
using Henge.Tests.Embedding;
using Henge.Tests.Routing;
using Henge.Tests.Transport;

using Microsoft.Extensions.DependencyInjection;

using Xunit;

namespace Henge.Tests.Caching;

/// <summary>
/// What factories make, over nodes whose clock and network move by hand: their leases, and invalidations that cross
/// with what they store.
/// </summary>
public sealed class FillTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task As_long_as_a_factory_works_nobody_else_is_given_the_lease(int owner)
    {
        using var ring = new TestRing(2);
        string key = ring.KeyOf(ring[owner]);
        var slow = new CountedFactory<string>("v") { IsHeld = true };
        Task<string> first = Cache(ring[0]).GetOrCreateAsync(
            key, (_, token) => slow.CallAsync(token), cancellationToken: Token).AsTask();
        await UntilAsync(ring, () => slow.Called.IsCompleted);

        await RenewAsync(ring, key, times: 54);

        slow.LetGo();
        await UntilAsync(ring, () => first.IsCompleted);
        Assert.Equal("v", await first);
        Assert.Equal(EntryStatus.Done, Ask(ring, key).Status);
        Assert.Empty(ring.Timers);
    }

    [Fact]
    public async Task A_factory_that_hangs_is_waited_for_no_longer_than_ten_minutes()
    {
        using var ring = new TestRing(2);
        string key = ring.KeyOf(ring[1]);
        var stuck = new CountedFactory<string>("never") { IsHeld = true };
        Task<string> first = Cache(ring[0]).GetOrCreateAsync(
            key, (_, token) => stuck.CallAsync(token), cancellationToken: Token).AsTask();
        await UntilAsync(ring, () => stuck.Called.IsCompleted);

        await RenewAsync(ring, key, times: 56);
        ring.Advance(10_000);
        await UntilAsync(ring, () => Ask(ring, key).HeldMs > 25_000);
        ring.Advance(29_999);
        Assert.Equal(1, Ask(ring, key).HeldMs);
        ring.Advance(1);
        Assert.Equal(EntryStatus.Leased, Ask(ring, key).Status);

        stuck.LetGo();
        await UntilAsync(ring, () => first.IsCompleted);
        Assert.Equal("never", await first);
        Assert.Equal(EntryStatus.Held, Ask(ring, key).Status);
    }

    [Fact]
    public async Task A_lease_that_a_write_has_ended_is_not_given_again()
    {
        using var ring = new TestRing(2);
        string key = ring.KeyOf(ring[1]);
        var slow = new CountedFactory<string>("late") { IsHeld = true };
        Task<string> first = Cache(ring[0]).GetOrCreateAsync(
            key, (_, token) => slow.CallAsync(token), cancellationToken: Token).AsTask();
        await UntilAsync(ring, () => slow.Called.IsCompleted);
        Assert.Equal(":0\r\n", ring[0].Connect().Call("DEL", key));

        ring.Advance(10_000);
        await UntilAsync(ring, () => ring.Timers.IsEmpty);
        Assert.Equal(EntryStatus.Leased, Ask(ring, key).Status);

        slow.LetGo();
        await UntilAsync(ring, () => first.IsCompleted);
        Assert.Equal("late", await first);
        Assert.Equal(EntryStatus.Held, Ask(ring, key).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_fill_that_crosses_an_invalidation_between_the_nodes_is_stale(int owner)
    {
        using var ring = new TestRing(2);
        byte[] key = Encoding.ASCII.GetBytes(ring.KeyOf(ring[owner]));
        Assert.Null(TagNames.TryMakeList(["t"], TagNames.Mark, out byte[] list));
        ulong begun = ring[0].Node.Tags.Begin();

        // The round has asked all clocks; its version is on its way, and the fill comes first.
        ulong invalidated = ring.Nodes.Max(node => node.Tags.Highest(ring.Now.UnixMs)) + 1;
        ring.Advance(50);
        EntryAnswer filled = Set(new EntryWrite(Tags: list, Begun: begun));
        EntryAnswer other = Get();
        Assert.Equal((EntryStatus.Done, EntryStatus.Done), (filled.Status, other.Status));
        Assert.True(filled.Version > invalidated);
        foreach (TestNode node in ring.Nodes)
        {
            node.Tags.Raise("t"u8, invalidated);
        }

        Assert.Equal(EntryStatus.Missing, Get().Status);
        // A fill that comes later yet is refused, what began after it is stored, and so is what nobody made.
        Assert.Equal(EntryStatus.Refused, Set(new EntryWrite(Tags: list, Begun: begun)).Status);
        Assert.Equal(EntryStatus.Done, Set(new EntryWrite(Tags: list, Begun: ring[0].Node.Tags.Begin())).Status);
        Assert.Equal(EntryStatus.Done, Get().Status);
        Assert.Equal(EntryStatus.Done, Set(new EntryWrite(Tags: list)).Status);

        EntryAnswer Set(EntryWrite write) => Run(
            ring, ring[0].Node.Entries.SetAsync(key, "v"u8.ToArray(), write, CancellationToken.None));

        EntryAnswer Get() => Run(ring, ring[0].Node.Entries.GetAsync(key, uses: true, CancellationToken.None));
    }

    [Fact]
    public async Task What_a_factory_makes_says_when_it_began()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HengeCache cache = host.Services.GetRequiredService<HengeCache>();
        ulong before = host.Node.Tags.Begin();
        ulong during = 0;
        await cache.GetOrCreateAsync("k", (_, _) =>
        {
            during = host.Node.Store.Clock(host.Node.NowMs);
            return ValueTask.FromResult("v");
        }, new() { Tags = ["t"] }, Token);

        using var entry = host.Node.Store.Open("k"u8, host.Node.NowMs);
        Assert.Equal(TagBlock.MarkBegun, entry.Attributes[0]);
        Assert.InRange(TagBlock.JudgedBy(entry.Attributes, ulong.MaxValue), before, during);
        Assert.Equal(["t"], TagNames.Of(EntryAttributes.Read(entry.Attributes).Tags));
    }

    [Fact]
    public void What_begins_after_an_invalidation_far_ahead_is_not_stale_by_it()
    {
        using var ring = new TestRing(1);
        TagTable tags = ring[0].Tags;
        ulong farAhead = ring[0].Node.Store.Clock(ring.Now.UnixMs) + (1UL << 50);
        tags.Raise("t"u8, farAhead);

        ulong begun = ring[0].Node.Tags.Begin();

        Assert.True(begun > farAhead);
        Assert.True(tags.Highest(ring.Now.UnixMs) >= begun);
        ring.Advance(-1000);
        Assert.True(tags.Highest(ring.Now.UnixMs) >= begun);
    }

    private static HengeCache Cache(TestNode node) => new(new CacheEngine(
        node.Node, new Codecs(new ServiceCollection().BuildServiceProvider())));

    /// <summary>Ten seconds pass and the lease is renewed, and so on.</summary>
    private static async Task RenewAsync(TestRing ring, string key, int times)
    {
        for (int i = 0; i < times; i++)
        {
            ring.Advance(10_000);
            // The next one is waited for as well, so that the clock is not moved before it is.
            await UntilAsync(ring, () => Ask(ring, key) is { Status: EntryStatus.Held, HeldMs: > 25_000 }
                && ring.Timers.Keys.Any(static timer => timer.IsPending));
        }
    }

    /// <summary>Whether another caller would be given the lease.</summary>
    private static EntryAnswer Ask(TestRing ring, string key) => Run(ring, ring[1].Node.LeaseCalls.GetOrLeaseAsync(
        Encoding.ASCII.GetBytes(key), EntryFlags.WithoutValue, LeaseRequest.LongestMs, CancellationToken.None));

    private static Task UntilAsync(TestRing ring, Func<bool> condition) => TransportHost.UntilAsync(() =>
    {
        ring.Pump();
        return condition();
    });

    private static EntryAnswer Run(TestRing ring, ValueTask<EntryAnswer> call)
    {
        ring.Pump();
        return call.AsTask().GetAwaiter().GetResult();
    }
}
