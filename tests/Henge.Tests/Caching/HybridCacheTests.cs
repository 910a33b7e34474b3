using System.Text;

using Henge.Tests.Embedding;

using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

using Xunit;

namespace Henge.Tests.Caching;

/// <summary>
/// The documented contract of HybridCache, on one node. Each fact names what it is of; the contract is that of the
/// abstract class and its options in Microsoft.Extensions.Caching.Abstractions, and of the page "HybridCache library in
/// ASP.NET Core".
/// </summary>
public sealed class HybridCacheTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>GetOrCreateAsync: "gets the value if it exists, or generates a new entry".</summary>
    [Fact]
    public async Task The_factory_is_called_once_and_then_the_value_is_there()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        var factory = new CountedFactory<string>("v");

        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("v", await cache.GetOrCreateAsync("k", factory.CallAsync, cancellationToken: Token));
        }

        Assert.Equal(1, factory.Calls);
        Assert.Equal("v"u8.ToArray(), await host.Cache.GetAsync("k", Token));
    }

    /// <summary>GetOrCreateAsync with a state: it is handed to the factory.</summary>
    [Fact]
    public async Task The_state_reaches_the_factory()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();

        int made = await Of(host).GetOrCreateAsync(
            "k", 20, static (state, _) => ValueTask.FromResult(state + 1), cancellationToken: Token);

        Assert.Equal(21, made);
    }

    /// <summary>SetAsync: "sets or overwrites the value"; RemoveAsync: "removes the value if it exists".</summary>
    [Fact]
    public async Task What_was_set_is_read_until_it_is_removed()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        await cache.SetAsync("k", "1", cancellationToken: Token);
        Assert.Equal("1", await ReadAsync<string>(cache, "k"));
        Assert.Equal("1", await ReadAsync<string>(cache, "k"));

        await cache.SetAsync("k", "2", cancellationToken: Token);
        Assert.Equal("2", await ReadAsync<string>(cache, "k"));

        await cache.RemoveAsync("k", Token);
        Assert.Null(await ReadAsync<string>(cache, "k"));
        await cache.RemoveAsync("k", Token);
    }

    /// <summary>RemoveAsync and RemoveByTagAsync of many: "implementors should treat null as empty".</summary>
    [Fact]
    public async Task Many_are_removed_at_once_and_null_is_none()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        foreach (string key in (string[])["a", "b", "c"])
        {
            await cache.SetAsync(key, key, cancellationToken: Token);
        }

        await cache.RemoveAsync((IEnumerable<string>)null!, Token);
        await cache.RemoveByTagAsync((IEnumerable<string>)null!, Token);
        await cache.RemoveAsync(["a", "b"], Token);

        Assert.Null(await ReadAsync<string>(cache, "a"));
        Assert.Null(await ReadAsync<string>(cache, "b"));
        Assert.Equal("c", await ReadAsync<string>(cache, "c"));
    }

    /// <summary>RemoveByTagAsync: "removes all values associated with the tag"; <c>*</c> is every entry.</summary>
    [Fact]
    public async Task A_tag_removes_what_has_it_and_the_star_removes_all()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        await cache.SetAsync("a", "a", tags: ["red", "round"], cancellationToken: Token);
        await cache.SetAsync("b", "b", tags: ["round"], cancellationToken: Token);
        await cache.SetAsync("c", "c", cancellationToken: Token);
        Assert.Equal("a", await ReadAsync<string>(cache, "a"));
        Assert.Equal("b", await ReadAsync<string>(cache, "b"));

        await cache.RemoveByTagAsync("red", Token);
        Assert.Null(await ReadAsync<string>(cache, "a"));
        Assert.Equal("b", await ReadAsync<string>(cache, "b"));

        await cache.RemoveByTagAsync(["none", "round"], Token);
        Assert.Null(await ReadAsync<string>(cache, "b"));
        Assert.Equal("c", await ReadAsync<string>(cache, "c"));

        await cache.RemoveByTagAsync("*", Token);
        Assert.Null(await ReadAsync<string>(cache, "c"));

        await cache.SetAsync("a", "again", tags: ["red"], cancellationToken: Token);
        Assert.Equal("again", await ReadAsync<string>(cache, "a"));
    }

    /// <summary>A tag that is invalidated while a value is made concerns the value.</summary>
    [Fact]
    public async Task What_was_invalidated_while_it_was_made_is_served_and_not_kept()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        var factory = new CountedFactory<string>("old") { IsHeld = true };
        Task<string> read = cache.GetOrCreateAsync(
            "k", factory.CallAsync, tags: ["t"], cancellationToken: Token).AsTask();
        await factory.Called;

        await cache.RemoveByTagAsync("t", Token);
        factory.LetGo();

        Assert.Equal("old", await read);
        Assert.Null(await ReadAsync<string>(cache, "k"));
    }

    /// <summary>A key that is removed or set while a value for it is made keeps what was done to it.</summary>
    [Fact]
    public async Task What_was_set_while_it_was_made_stays()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        var factory = new CountedFactory<string>("old") { IsHeld = true };
        Task<string> read = cache.GetOrCreateAsync("k", factory.CallAsync, cancellationToken: Token).AsTask();
        await factory.Called;

        await cache.SetAsync("k", "new", cancellationToken: Token);
        factory.LetGo();

        Assert.Equal("old", await read);
        Assert.Equal("new", await ReadAsync<string>(cache, "k"));
    }

    /// <summary>DisableUnderlyingData: "only fetches the value from cache".</summary>
    [Fact]
    public async Task Without_underlying_data_a_miss_is_the_default()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();

        Assert.Equal(0, await ReadAsync<int>(Of(host), "k"));
        Assert.Null(await ReadAsync<Product>(Of(host), "k"));
    }

    /// <summary>DisableDistributedCache: the value is in this process alone.</summary>
    [Fact]
    public async Task Without_the_distributed_cache_a_value_stays_in_the_process()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        var local = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableDistributedCache };
        var factory = new CountedFactory<string>("v");

        Assert.Equal("v", await cache.GetOrCreateAsync(
            "k", factory.CallAsync, local, ["t"], cancellationToken: Token));
        Assert.Equal("v", await cache.GetOrCreateAsync("k", factory.CallAsync, local, cancellationToken: Token));
        Assert.Equal(1, factory.Calls);
        Assert.Null(await host.Cache.GetAsync("k", Token));

        await cache.RemoveByTagAsync("t", Token);
        await cache.GetOrCreateAsync("k", factory.CallAsync, local, cancellationToken: Token);
        Assert.Equal(2, factory.Calls);
        await cache.RemoveAsync("k", Token);
        await cache.GetOrCreateAsync("k", factory.CallAsync, local, cancellationToken: Token);
        Assert.Equal(3, factory.Calls);
    }

    /// <summary>DisableLocalCache: every read goes to the distributed cache.</summary>
    [Fact]
    public async Task Without_the_local_cache_every_read_goes_to_the_ring()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var distributed = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCache };
        await Of(host).SetAsync("k", "v", cancellationToken: Token);
        long before = host.Node.Store.GetStatistics().Hits;

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("v", await Of(host).GetOrCreateAsync(
                "k", static _ => ValueTask.FromResult("made"), distributed, cancellationToken: Token));
        }

        Assert.Equal(before + 3, host.Node.Store.GetStatistics().Hits);
    }

    /// <summary>DisableDistributedCacheRead: the factory is called and its value stored.</summary>
    [Fact]
    public async Task Without_reading_the_value_is_made_anew()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var anew = new HybridCacheEntryOptions
        {
            Flags = HybridCacheEntryFlags.DisableDistributedCacheRead | HybridCacheEntryFlags.DisableLocalCacheRead,
        };
        await Of(host).SetAsync("k", "old", cancellationToken: Token);

        Assert.Equal("new", await Of(host).GetOrCreateAsync(
            "k", static _ => ValueTask.FromResult("new"), anew, cancellationToken: Token));

        Assert.Equal("new", await ReadAsync<string>(Of(host), "k"));
    }

    /// <summary>HybridCacheEntryOptions.Expiration: "the overall cache duration, passed to the backend".</summary>
    [Fact]
    public async Task The_expiration_is_the_rings_and_five_minutes_unless_said()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        await Of(host).SetAsync("usual", "v", cancellationToken: Token);
        await Of(host).SetAsync(
            "minute", "v", new() { Expiration = TimeSpan.FromMinutes(1) }, cancellationToken: Token);

        Assert.InRange(LeftMs(host, "usual"), 290_000, 300_000);
        Assert.InRange(LeftMs(host, "minute"), 50_000, 60_000);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Of(host).SetAsync(
            "k", "v", new() { Expiration = TimeSpan.Zero }, cancellationToken: Token).AsTask());
    }

    /// <summary>Stampede protection: "only one concurrent caller per key runs the factory, others wait".</summary>
    [Fact]
    public async Task Callers_of_one_key_share_one_call()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var factory = new CountedFactory<Product>(new Product { Name = "p" }) { IsHeld = true };
        Task<Product>[] reads = [.. Enumerable.Range(0, 100).Select(_ =>
            Of(host).GetOrCreateAsync("k", factory.CallAsync, cancellationToken: Token).AsTask())];
        await factory.Called;
        factory.LetGo();

        Product[] all = await Task.WhenAll(reads);

        Assert.Equal(1, factory.Calls);
        Assert.All(all, static product => Assert.Equal("p", product.Name));
        // Of a type that may change every caller has one of its own.
        Assert.Equal(100, all.Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    /// <summary>Cancellation: "the factory is cancelled when all callers are".</summary>
    [Fact]
    public async Task The_last_caller_cancels_the_work_and_earlier_ones_do_not()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var factory = new CountedFactory<string>("v") { IsHeld = true };
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Task<string> one = Of(host).GetOrCreateAsync("k", factory.CallAsync, cancellationToken: first.Token).AsTask();
        await factory.Called;
        Task<string> two = Of(host).GetOrCreateAsync("k", factory.CallAsync, cancellationToken: second.Token).AsTask();

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(factory.Token.IsCancellationRequested);

        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        Assert.True(factory.Token.IsCancellationRequested);

        Assert.Equal("again", await Of(host).GetOrCreateAsync(
            "k", static _ => ValueTask.FromResult("again"), cancellationToken: Token));
    }

    /// <summary>Cancellation before the call: nothing is done.</summary>
    [Fact]
    public async Task A_cancelled_caller_does_nothing()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var factory = new CountedFactory<string>("v");
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Of(host).GetOrCreateAsync("k", factory.CallAsync, cancellationToken: cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Of(host).SetAsync("k", "v", cancellationToken: cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Of(host).RemoveAsync("k", cancelled).AsTask());

        Assert.Equal(0, factory.Calls);
        Assert.Null(await ReadAsync<string>(Of(host), "k"));
    }

    /// <summary>Exceptions: "are passed to the callers and nothing is cached".</summary>
    [Fact]
    public async Task A_factory_that_throws_throws_to_all_and_nothing_is_kept()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var mayThrow = new TaskCompletionSource<string>();
        Task<string>[] reads = [.. Enumerable.Range(0, 10).Select(_ => Of(host).GetOrCreateAsync(
            "k", _ => new ValueTask<string>(mayThrow.Task), cancellationToken: Token).AsTask())];
        mayThrow.SetException(new FormatException("no"));

        foreach (Task<string> read in reads)
        {
            Assert.Equal("no", (await Assert.ThrowsAsync<FormatException>(() => read)).Message);
        }
        Assert.Equal("v", await Of(host).GetOrCreateAsync(
            "k", static _ => ValueTask.FromResult("v"), cancellationToken: Token));
    }

    /// <summary>Null and hostile arguments.</summary>
    [Fact]
    public async Task Arguments_that_cannot_be_are_told()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);

        await Assert.ThrowsAsync<ArgumentNullException>(() => ReadAsync<string>(cache, null!).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(
            () => cache.SetAsync(null!, 1, cancellationToken: Token).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => cache.RemoveAsync((string)null!, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => cache.RemoveByTagAsync("", Token).AsTask());
        foreach (string tag in (string[])["", "*", new string('t', 257), null!])
        {
            await Assert.ThrowsAsync<ArgumentException>(() =>
                cache.SetAsync("k", 1, tags: [tag], cancellationToken: Token).AsTask());
        }
    }

    /// <summary>MaximumKeyLength, MaximumPayloadBytes: "the value is returned and not cached".</summary>
    [Fact]
    public async Task What_is_too_long_is_served_and_not_kept()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(static o => o.MaxValue = 1024);
        HybridCache cache = Of(host);
        var factory = new CountedFactory<string>(new string('x', 2000));
        foreach (string key in (string[])["k", new string('k', 70_000), ""])
        {
            for (int i = 0; i < 2; i++)
            {
                Assert.Equal(2000, (await cache.GetOrCreateAsync(
                    key, factory.CallAsync, cancellationToken: Token)).Length);
            }
        }
        Assert.Equal(6, factory.Calls);

        await cache.SetAsync("k", "short", cancellationToken: Token);
        await cache.SetAsync("k", new string('x', 2000), cancellationToken: Token);
        Assert.Null(await ReadAsync<string>(cache, "k"));
        await cache.SetAsync(new string('k', 70_000), "v", cancellationToken: Token);
        await cache.RemoveAsync(new string('k', 70_000), Token);
    }

    /// <summary>Serializers: "strings and bytes are built in, System.Text.Json by default".</summary>
    [Fact]
    public async Task Values_are_stored_so_that_others_can_read_them()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        await cache.SetAsync("text", "grüß", cancellationToken: Token);
        await cache.SetAsync("bytes", new byte[] { 1, 2 }, cancellationToken: Token);
        await cache.SetAsync("number", 42, cancellationToken: Token);
        await cache.SetAsync("object", new Product { Name = "p", Price = 7 }, cancellationToken: Token);
        await cache.SetAsync<Product?>("none", null, cancellationToken: Token);

        Assert.Equal("grüß", Encoding.UTF8.GetString(host.Cache.Get("text")!));
        Assert.Equal([1, 2], host.Cache.Get("bytes")!);
        Assert.Equal("42", Encoding.UTF8.GetString(host.Cache.Get("number")!));
        Assert.Equal("""{"Name":"p","Price":7}""", Encoding.UTF8.GetString(host.Cache.Get("object")!));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal("grüß", await ReadAsync<string>(cache, "text"));
            Assert.Equal([1, 2], (await ReadAsync<byte[]>(cache, "bytes"))!);
            Assert.Equal(42, await ReadAsync<int>(cache, "number"));
            Assert.Equal(42, await ReadAsync<int?>(cache, "number"));
            Assert.Equal(7, (await ReadAsync<Product>(cache, "object"))!.Price);
            Assert.Null(await cache.GetOrCreateAsync(
                "none", static _ => ValueTask.FromResult<Product?>(new Product()), cancellationToken: Token));
        }
    }

    /// <summary>A null text or array has no bytes in the ring: it is served and not kept.</summary>
    [Fact]
    public async Task Null_texts_and_arrays_are_served_and_not_kept()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        var text = new CountedFactory<string?>(null);
        var array = new CountedFactory<byte[]?>(null);
        for (int i = 1; i < 3; i++)
        {
            Assert.Null(await cache.GetOrCreateAsync("text", text.CallAsync, cancellationToken: Token));
            Assert.Null(await cache.GetOrCreateAsync("array", array.CallAsync, cancellationToken: Token));
            Assert.Equal((i, i), (text.Calls, array.Calls));
        }

        await cache.SetAsync("text", "old", cancellationToken: Token);
        await cache.SetAsync<string?>("text", null, cancellationToken: Token);
        Assert.Null(host.Cache.Get("text"));
        await cache.SetAsync("text", "", cancellationToken: Token);
        Assert.Equal("", await ReadAsync<string>(cache, "text"));
    }

    /// <summary>[ImmutableObject(true)] on sealed types: "instances are reused"; others are not.</summary>
    [Fact]
    public async Task Immutable_objects_are_shared_and_others_are_not()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        await cache.SetAsync("constant", new Constant("c"), cancellationToken: Token);
        await cache.SetAsync("product", new Product { Name = "p" }, cancellationToken: Token);
        Constant? constant = await ReadAsync<Constant>(cache, "constant");
        Product? product = await ReadAsync<Product>(cache, "product");
        product!.Name = "changed";

        Assert.Same(constant, await ReadAsync<Constant>(cache, "constant"));
        Assert.Equal("p", (await ReadAsync<Product>(cache, "product"))!.Name);
    }

    /// <summary>IHybridCacheSerializer and IHybridCacheSerializerFactory: both are used as registered.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Serializers_that_throw_are_done_without(bool byFactory)
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(services: services => _ = byFactory
            ? services.AddSingleton<IHybridCacheSerializerFactory>(new BrittleFactory())
            : services.AddSingleton<IHybridCacheSerializer<Brittle>>(new BrittleSerializer()));
        HybridCache cache = Of(host);
        var unwritable = new Brittle { ThrowsOnWrite = true };
        var unreadable = new CountedFactory<Brittle>(new Brittle { ThrowsOnRead = true });

        // A read is served; a write says what is wrong.
        Assert.Same(unwritable, await cache.GetOrCreateAsync(
            "write", _ => ValueTask.FromResult(unwritable), cancellationToken: Token));
        Assert.Null(host.Cache.Get("write"));
        await Assert.ThrowsAsync<FormatException>(() =>
            cache.SetAsync("write", unwritable, cancellationToken: Token).AsTask());

        // What cannot be read is a miss, and is made again.
        await cache.GetOrCreateAsync("read", unreadable.CallAsync, cancellationToken: Token);
        Assert.Equal([1], host.Cache.Get("read")!);
        await cache.GetOrCreateAsync("read", unreadable.CallAsync, cancellationToken: Token);
        Assert.Equal(2, unreadable.Calls);
        Assert.Null(await ReadAsync<Brittle>(cache, "read"));
    }

    /// <summary>A cache that has stopped: reads go to the factory, writes say so.</summary>
    [Fact]
    public async Task After_the_end_the_factory_is_called()
    {
        EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        await host.StopAsync();

        Assert.Equal("v", await cache.GetOrCreateAsync(
            "k", static _ => ValueTask.FromResult("v"), cancellationToken: Token));
        Assert.Equal(HengeFailure.Stopped, (await Assert.ThrowsAsync<HengeException>(() =>
            cache.SetAsync("k", "v", cancellationToken: Token).AsTask())).Failure);

        await host.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.GetOrCreateAsync(
            "k", static _ => ValueTask.FromResult("v"), cancellationToken: Token).AsTask());
    }

    /// <summary>A hit in the first level allocates nothing, for a type that never changes.</summary>
    [Fact]
    public async Task A_hit_in_the_first_level_allocates_nothing()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        HybridCache cache = Of(host);
        await cache.SetAsync("k", "value", cancellationToken: Token);
        Func<CancellationToken, ValueTask<string>> factory = static _ => ValueTask.FromResult("made");
        Assert.Equal("value", await cache.GetOrCreateAsync("k", factory, cancellationToken: Token));

        CancellationToken token = Token;
        Assert.Equal(0, HengeCacheTests.LeastAllocated(
            () => _ = cache.GetOrCreateAsync("k", factory, cancellationToken: token).IsCompleted));
    }

    private static HybridCache Of(EmbeddedHost host) => host.Services.GetRequiredService<HybridCache>();

    private static ValueTask<T?> ReadAsync<T>(HybridCache cache, string key) => cache.GetOrCreateAsync<T?>(
        key,
        static _ => throw new InvalidOperationException("The factory must not be called."),
        new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData },
        cancellationToken: Token);

    private static long LeftMs(EmbeddedHost host, string key)
    {
        using var entry = host.Node.Store.Open(Encoding.UTF8.GetBytes(key), host.Node.NowMs);
        return entry.ExpiresAtMs - host.Node.NowMs;
    }
}
