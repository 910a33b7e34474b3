using System.Text;

using Henge.Tests.AspNetCore;

using Microsoft.Extensions.Caching.Distributed;

using Xunit;

namespace Henge.Tests.Embedding;

/// <summary>
/// What the platform documents of IDistributedCache and DistributedCacheEntryOptions, each fact with the words that it
/// keeps, on a node that is alone; <see cref="RingCacheTests"/> runs the same calls through a ring.
/// </summary>
public sealed class DistributedCacheTests : IAsyncLifetime
{
    private static readonly DistributedCacheEntryOptions Forever = new();
    private readonly SteppedTime _time = new();
    private EmbeddedHost _host = null!;

    private IDistributedCache Cache => _host.Cache;

    public async ValueTask InitializeAsync() => _host = await EmbeddedHost.StartAsync(time: _time);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>Get: "The located value or null."</summary>
    [Fact]
    public async Task Get_gives_the_located_value_or_null()
    {
        Assert.Null(Cache.Get("none"));
        Assert.Null(await Cache.GetAsync("none", TestContext.Current.CancellationToken));
        Cache.Set("k", [1, 2, 3], Forever);
        Assert.Equal([1, 2, 3], Cache.Get("k")!);
        Assert.Equal([1, 2, 3], await Cache.GetAsync("k", TestContext.Current.CancellationToken)!);
    }

    /// <summary>Set: "Sets a value with the given key."</summary>
    [Fact]
    public async Task Set_replaces_what_was_there()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await Cache.SetAsync("k", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(1) }, token);
        await Cache.SetAsync("k", new byte[100_000], Forever, token);
        _time.Step(TimeSpan.FromDays(1));
        Assert.Equal(100_000, Cache.Get("k")!.Length);
    }

    /// <summary>A value of no bytes is a value.</summary>
    [Fact]
    public void An_empty_value_is_found()
    {
        Cache.Set("k", [], Forever);
        Assert.Equal([], Cache.Get("k")!);
    }

    /// <summary>Remove: "Removes the value with the given key."</summary>
    [Fact]
    public async Task Remove_takes_it_away_and_what_is_not_there_is_no_error()
    {
        Cache.Set("a", [1], Forever);
        Cache.Set("b", [1], Forever);
        Cache.Remove("a");
        await Cache.RemoveAsync("b", TestContext.Current.CancellationToken);
        Cache.Remove("none");
        Assert.Null(Cache.Get("a"));
        Assert.Null(Cache.Get("b"));
    }

    /// <summary>AbsoluteExpiration: "an absolute expiration date for the cache entry."</summary>
    [Fact]
    public void An_entry_lives_until_its_date()
    {
        Cache.Set("k", [1], new() { AbsoluteExpiration = _time.GetUtcNow().AddSeconds(10) });
        _time.Step(TimeSpan.FromSeconds(9.999));
        Assert.NotNull(Cache.Get("k"));
        _time.Step(TimeSpan.FromSeconds(0.001));
        Assert.Null(Cache.Get("k"));
    }

    /// <summary>AbsoluteExpiration in the past throws, as in the platform's caches, and changes nothing.</summary>
    [Fact]
    public async Task A_date_that_has_passed_throws()
    {
        Cache.Set("k", [1], Forever);
        var now = new DistributedCacheEntryOptions { AbsoluteExpiration = _time.GetUtcNow() };
        Assert.Throws<ArgumentOutOfRangeException>(() => Cache.Set("k", [2], now));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => Cache.SetAsync("k", [2], now, TestContext.Current.CancellationToken));
        Assert.Equal([1], Cache.Get("k")!);
    }

    /// <summary>AbsoluteExpirationRelativeToNow: "an absolute expiration time, relative to now."</summary>
    [Fact]
    public void A_relative_expiry_counts_from_now_and_goes_before_a_date()
    {
        Cache.Set("k", [1], new()
        {
            AbsoluteExpiration = _time.GetUtcNow().AddSeconds(1),
            AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(10),
        });
        _time.Step(TimeSpan.FromSeconds(9));
        Assert.NotNull(Cache.Get("k"));
        _time.Step(TimeSpan.FromSeconds(1));
        Assert.Null(Cache.Get("k"));
    }

    /// <summary>
    /// SlidingExpiration: "how long a cache entry can be inactive (e.g. not accessed) before it will be removed."
    /// </summary>
    [Fact]
    public void A_sliding_entry_lives_while_it_is_read()
    {
        Cache.Set("k", [1], new() { SlidingExpiration = TimeSpan.FromSeconds(10) });
        for (int i = 0; i < 20; i++)
        {
            _time.Step(TimeSpan.FromSeconds(9.999));
            Assert.NotNull(Cache.Get("k"));
        }
        _time.Step(TimeSpan.FromSeconds(10));
        Assert.Null(Cache.Get("k"));
    }

    /// <summary>
    /// SlidingExpiration: "This will not extend the entry lifetime beyond the absolute expiration (if set)."
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sliding_does_not_pass_the_absolute_expiry(bool relative)
    {
        var options = new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) };
        if (relative)
        {
            options.AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(25);
        }
        else
        {
            options.AbsoluteExpiration = _time.GetUtcNow().AddSeconds(25);
        }
        Cache.Set("k", [1], options);
        for (int i = 0; i < 3; i++)
        {
            _time.Step(TimeSpan.FromSeconds(8));
            Assert.NotNull(Cache.Get("k"));
        }
        _time.Step(TimeSpan.FromSeconds(1));
        Assert.Null(Cache.Get("k"));
    }

    /// <summary>Refresh: "resetting its sliding expiration timeout (if any)."</summary>
    [Fact]
    public async Task Refresh_resets_the_sliding_expiry_and_nothing_else()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        Cache.Set("slides", [1], new() { SlidingExpiration = TimeSpan.FromSeconds(10) });
        Cache.Set("stays", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(15) });
        Cache.Refresh("none");
        await Cache.RefreshAsync("none", token);
        _time.Step(TimeSpan.FromSeconds(8));
        Cache.Refresh("slides");
        Cache.Refresh("stays");
        _time.Step(TimeSpan.FromSeconds(8));
        Assert.Null(Cache.Get("stays"));
        await Cache.RefreshAsync("slides", token);
        _time.Step(TimeSpan.FromSeconds(8));
        Assert.NotNull(Cache.Get("slides"));
    }

    /// <summary>Times below a millisecond live, and those beyond a hundred years too.</summary>
    [Fact]
    public void Times_at_the_ends_of_their_range_are_kept()
    {
        Cache.Set("short", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromTicks(1) });
        Cache.Set("long", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.MaxValue });
        Cache.Set("date", [1], new() { AbsoluteExpiration = DateTimeOffset.MaxValue });
        Cache.Set("idle", [1], new() { SlidingExpiration = TimeSpan.MaxValue });
        Assert.NotNull(Cache.Get("short"));
        _time.Step(TimeSpan.FromDays(365 * 99));
        Assert.Null(Cache.Get("short"));
        Assert.All(["long", "date", "idle"], key => Assert.NotNull(Cache.Get(key)));
    }

    /// <summary>"Exceptions: ArgumentNullException" for each argument that must be there.</summary>
    [Fact]
    public async Task Null_arguments_throw()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        Assert.Throws<ArgumentNullException>("key", () => Cache.Get(null!));
        Assert.Throws<ArgumentNullException>("key", () => Cache.Set(null!, [], Forever));
        Assert.Throws<ArgumentNullException>("value", () => Cache.Set("k", null!, Forever));
        Assert.Throws<ArgumentNullException>("options", () => Cache.Set("k", [], null!));
        Assert.Throws<ArgumentNullException>("key", () => Cache.Refresh(null!));
        Assert.Throws<ArgumentNullException>("key", () => Cache.Remove(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("key", () => Cache.GetAsync(null!, token));
        await Assert.ThrowsAsync<ArgumentNullException>("key", () => Cache.SetAsync(null!, [], Forever, token));
        await Assert.ThrowsAsync<ArgumentNullException>("value", () => Cache.SetAsync("k", null!, Forever, token));
        await Assert.ThrowsAsync<ArgumentNullException>("options", () => Cache.SetAsync("k", [], null!, token));
        await Assert.ThrowsAsync<ArgumentNullException>("key", () => Cache.RefreshAsync(null!, token));
        await Assert.ThrowsAsync<ArgumentNullException>("key", () => Cache.RemoveAsync(null!, token));
    }

    /// <summary>A cancelled token cancels the call, and nothing is done.</summary>
    [Fact]
    public async Task A_cancelled_token_cancels()
    {
        var token = new CancellationToken(canceled: true);
        Cache.Set("k", [1], Forever);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.GetAsync("k", token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.SetAsync("k", [2], Forever, token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.RefreshAsync("k", token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.RemoveAsync("k", token));
        Assert.Equal([1], Cache.Get("k")!);
    }

    /// <summary>"key: A string identifying the requested value": any string, but bounded.</summary>
    [Fact]
    public void Keys_are_any_strings_of_1_byte_to_64_KiB()
    {
        string[] keys =
            ["a", "ä", "{tag}x", "a b\r\n\0", "\ud83d\ude00", "\ud800", "\udc00", "\ud800x", new('k', 65536)];
        for (int i = 0; i < keys.Length; i++)
        {
            Cache.Set(keys[i], [(byte)i], Forever);
        }
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.Equal([(byte)i], Cache.Get(keys[i])!);
        }
        Assert.Throws<ArgumentException>("key", () => Cache.Get(""));
        Assert.Throws<ArgumentException>("key", () => Cache.Set(new string('k', 65537), [1], Forever));
        Assert.Throws<ArgumentException>("key", () => Cache.Remove(new string('ä', 32769)));
    }

    /// <summary>A value that is too long is refused, and the old one stays.</summary>
    [Fact]
    public async Task A_value_over_the_limit_throws_and_the_old_one_stays()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(static o => o.MaxValue = 1024);
        host.Cache.Set("k", [1], Forever);
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => host.Cache.Set("k", new byte[1025], Forever));
        Assert.Contains("1025 bytes is longer than 1024", wrong.Message, StringComparison.Ordinal);
        Assert.Equal([1], host.Cache.Get("k")!);
        host.Cache.Set("k", new byte[1024], Forever);
    }

    /// <summary>What another client stored under the key as a hash is trouble, not a miss.</summary>
    [Fact]
    public void A_key_of_another_type_is_an_exception_that_says_so()
    {
        using (Henge.Storage.EntryScope entry = _host.Node.Store.Open("k"u8, _host.Node.NowMs))
        {
            entry.Set(Henge.Storage.EntryType.Hash, "x"u8, 0);
        }
        Assert.Equal(HengeFailure.WrongType, Assert.Throws<HengeException>(() => Cache.Get("k")).Failure);
        Cache.Set("k", [1], Forever);
        Assert.Equal([1], Cache.Get("k")!);
    }

    /// <summary>A clock that goes back keeps what is there, and one that goes ahead expires it.</summary>
    [Fact]
    public void Steps_of_the_clock_are_followed()
    {
        Cache.Set("k", [1], new() { SlidingExpiration = TimeSpan.FromSeconds(10) });
        _time.Step(TimeSpan.FromHours(-1));
        Assert.NotNull(Cache.Get("k"));
        Cache.Set("k", [2], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(10) });
        Assert.Equal([2], Cache.Get("k")!);
        _time.Step(TimeSpan.FromHours(2));
        Assert.Null(Cache.Get("k"));
    }

    /// <summary>The array that was given and the one that comes back are the caller's own.</summary>
    [Fact]
    public void Arrays_are_copied()
    {
        byte[] value = [1];
        Cache.Set("k", value, Forever);
        value[0] = 2;
        byte[] got = Cache.Get("k")!;
        got[0] = 3;
        Assert.Equal([1], Cache.Get("k")!);
    }

    /// <summary>Callers in parallel each see a value that was written whole.</summary>
    [Fact]
    public Task Calls_from_many_threads_are_safe()
    {
        var many = new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken };
        return Parallel.ForAsync(0, 2000, many, async (i, token) =>
        {
            byte[] value = new byte[1 + i % 300];
            Array.Fill(value, (byte)i);
            await Cache.SetAsync($"k{i % 7}", value, Forever, token);
            byte[]? got = await Cache.GetAsync($"k{(i + 3) % 7}", token);
            Assert.True(got is null || got.AsSpan().IndexOfAnyExcept(got[0]) < 0);
            if (i % 5 == 0)
            {
                await Cache.RemoveAsync($"k{i % 7}", token);
            }
        });
    }

    /// <summary>The extension methods for strings are built on the calls above.</summary>
    [Fact]
    public async Task Strings_come_back()
    {
        await Cache.SetStringAsync("k", "wörd", TestContext.Current.CancellationToken);
        Assert.Equal("wörd", await Cache.GetStringAsync("k", TestContext.Current.CancellationToken));
        Assert.Equal("wörd", Encoding.UTF8.GetString(Cache.Get("k")!));
    }
}
