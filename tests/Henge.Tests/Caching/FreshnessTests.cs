using Henge.Caching;
using Henge.Tests.Embedding;
using Henge.Tests.Transport;

using Microsoft.Extensions.DependencyInjection;

using Xunit;

namespace Henge.Tests.Caching;

/// <summary>Values that have expired or are about to: what is served while they are made anew.</summary>
public sealed class FreshnessTests
{
    private static readonly EntryOptions Short = new()
    {
        Expiration = TimeSpan.FromMilliseconds(1),
        FailSafe = TimeSpan.FromHours(1),
    };

    private static readonly EntryOptions Long = new()
    {
        Expiration = TimeSpan.FromHours(1),
        FailSafe = TimeSpan.FromHours(1),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_the_factory_fails_the_expired_value_is_served_and_the_factory_left_alone()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        await ExpireAsync(host, "k");
        int calls = 0;
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("old", await Of(host).GetOrCreateAsync<string>("k", (_, _) =>
            {
                calls++;
                throw new FormatException("no");
            }, Short, Token));
        }
        Assert.Equal(1, calls);
        Assert.Equal(CacheState.Missing, (await Of(host).TryGetAsync<string>("k", Short, Token)).State);
        Assert.Equal("old", (await Of(host).TryGetAsync<string>("k", cancellationToken: Token)).Value);
    }

    [Fact]
    public async Task An_expired_value_is_made_anew()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        await ExpireAsync(host, "k");
        var factory = new CountedFactory<string>("new");

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("new", await Of(host).GetOrCreateAsync(
                "k", (_, token) => factory.CallAsync(token), Long, Token));
        }

        Assert.Equal(1, factory.Calls);
        Assert.Equal(0, host.Node.Leases.Count);
    }

    [Fact]
    public async Task A_slow_factory_is_waited_for_so_long_and_its_value_stored()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        await ExpireAsync(host, "k");
        var factory = new CountedFactory<string>("new") { IsHeld = true };
        var soft = new EntryOptions
        {
            Expiration = Long.Expiration,
            FailSafe = Long.FailSafe,
            FactorySoftTimeout = TimeSpan.FromMilliseconds(5),
        };

        Assert.Equal("old", await Of(host).GetOrCreateAsync(
            "k", (_, token) => factory.CallAsync(token), soft, Token));
        Assert.Equal("old", await Of(host).GetOrCreateAsync(
            "k", (_, token) => factory.CallAsync(token), soft, Token));

        Assert.False(factory.Token.IsCancellationRequested);
        factory.LetGo();
        await TransportHost.UntilAsync(() => Find(host, "k", Long) == "new");
        Assert.Equal(1, factory.Calls);
    }

    [Fact]
    public async Task A_value_that_is_about_to_expire_is_made_anew_while_it_is_served()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        await Of(host).SetAsync("k", "old", new() { Expiration = TimeSpan.FromMinutes(1) }, Token);
        var factory = new CountedFactory<string>("new") { IsHeld = true };
        var ahead = new EntryOptions { Expiration = TimeSpan.FromHours(1), RefreshAhead = TimeSpan.FromMinutes(2) };

        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("old", await Of(host).GetOrCreateAsync(
                "k", (_, token) => factory.CallAsync(token), ahead, Token));
        }
        await factory.Called;
        factory.LetGo();

        await TransportHost.UntilAsync(() => Find(host, "k", ahead) == "new");
        Assert.Equal("new", await Of(host).GetOrCreateAsync(
            "k", (_, token) => factory.CallAsync(token), ahead, Token));
        Assert.Equal(1, factory.Calls);
    }

    [Fact]
    public async Task While_one_process_makes_a_value_anew_the_others_have_the_expired_one()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 3);
        string key = ring.KeyOf(ring[0]);
        await ExpireAsync(ring[0], key);
        var factory = new CountedFactory<string>("new") { IsHeld = true };
        Task<string> maker = Of(ring[1]).GetOrCreateAsync(
            key, (_, token) => factory.CallAsync(token), Long, Token).AsTask();
        await factory.Called;

        foreach (EmbeddedHost other in (EmbeddedHost[])[ring[0], ring[2]])
        {
            Assert.Equal("old", await Of(other).GetOrCreateAsync(
                key, (_, token) => factory.CallAsync(token), Long, Token));
        }

        factory.LetGo();
        Assert.Equal("new", await maker);
        Assert.Equal(1, factory.Calls);
        foreach (EmbeddedHost host in ring.Hosts)
        {
            await TransportHost.UntilAsync(() => Find(host, key, Long) == "new");
        }
    }

    [Fact]
    public async Task What_was_changed_while_it_was_made_anew_stays()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        await ExpireAsync(host, "k");
        var factory = new CountedFactory<string>("new") { IsHeld = true };
        Task<string> maker = Of(host).GetOrCreateAsync(
            "k", (_, token) => factory.CallAsync(token), Long, Token).AsTask();
        await factory.Called;
        await Of(host).RemoveAsync("k", Token);
        factory.LetGo();

        Assert.Equal("new", await maker);
        Assert.Null(Find(host, "k", Long));
    }

    [Fact]
    public async Task Options_that_cannot_be_together_are_told()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var time = TimeSpan.FromMinutes(1);
        foreach (EntryOptions options in (EntryOptions[])
            [new() { Sliding = time, FailSafe = time }, new() { Sliding = time, RefreshAhead = time }])
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Of(host).SetAsync("k", "v", options, Token).AsTask());
        }
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => Of(host).SetAsync("k", "v", new() { FailSafe = TimeSpan.Zero }, Token).AsTask());
    }

    private static async Task ExpireAsync(EmbeddedHost host, string key)
    {
        await Of(host).SetAsync(key, "old", Short, Token);
        await TransportHost.UntilAsync(() => Find(host, key, Short) is null);
    }

    private static string? Find(EmbeddedHost host, string key, EntryOptions options) => Of(host).TryGetAsync<string>(
        key, options, Token).AsTask().GetAwaiter().GetResult().Value;

    private static HengeCache Of(EmbeddedHost host) => host.Services.GetRequiredService<HengeCache>();
}
