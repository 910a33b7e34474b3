using System.Buffers;

using Henge.Embedding;
using Henge.Tests.Routing;

using Microsoft.Extensions.Caching.Distributed;

using Xunit;

namespace Henge.Tests.Embedding;

/// <summary>
/// What the platform documents of IBufferDistributedCache, and that it copies once and allocates little.
/// </summary>
public sealed class BufferCacheTests : IAsyncLifetime
{
    private static readonly DistributedCacheEntryOptions Forever = new();
    private EmbeddedHost _host = null!;

    private IBufferDistributedCache Cache => _host.Cache;

    public async ValueTask InitializeAsync() => _host = await EmbeddedHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>TryGet: "true if the cache item is found"; the value is written to the buffer.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(100_000)]
    public async Task The_value_is_appended_to_the_buffer(int length)
    {
        byte[] value = [.. Enumerable.Range(0, length).Select(static i => (byte)i)];
        Cache.Set("k", value, Forever);
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write("before"u8);

        Assert.True(Cache.TryGet("k", buffer));
        Assert.True(await Cache.TryGetAsync("k", buffer, TestContext.Current.CancellationToken));

        Assert.Equal([.. "before"u8, .. value, .. value], buffer.WrittenSpan);
    }

    /// <summary>A miss is false and writes nothing.</summary>
    [Fact]
    public async Task A_miss_writes_nothing()
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.False(Cache.TryGet("none", buffer));
        Assert.False(await Cache.TryGetAsync("none", buffer, TestContext.Current.CancellationToken));
        Assert.Equal(0, buffer.WrittenCount);
    }

    /// <summary>Set takes a sequence: one piece, many, or none.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(10, 3)]
    [InlineData(100_000, 4096)]
    public async Task Sequences_of_pieces_are_stored_whole(int length, int piece)
    {
        byte[] value = [.. Enumerable.Range(0, length).Select(static i => (byte)(i * 7))];
        Cache.Set("a", ByteSequence.Of(value, piece), Forever);
        await Cache.SetAsync("b", ByteSequence.Of(value, piece), Forever, TestContext.Current.CancellationToken);
        Assert.Equal(value, Cache.Get("a"));
        Assert.Equal(value, Cache.Get("b"));
    }

    [Fact]
    public void Pieces_whose_memory_fails_leave_no_torn_entry()
    {
        Cache.Set("k", new byte[10], Forever);
        ReadOnlySequence<byte> broken = ByteSequence.Broken(good: 5, bad: 5);
        Assert.Throws<ObjectDisposedException>(() => Cache.Set("k", broken, Forever));
        Assert.Null(Cache.Get("k"));
        Cache.Set("k", [1], Forever);
        Assert.Equal([1], Cache.Get("k")!);
    }

    [Fact]
    public void A_buffer_that_throws_or_calls_the_cache_harms_nothing()
    {
        Cache.Set("k", new byte[1000], Forever);
        Assert.Throws<InvalidOperationException>(() => Cache.TryGet("k", new OwnBuffer(
            static () => throw new InvalidOperationException("full"))));
        int calls = 0;
        Assert.True(Cache.TryGet("k", new OwnBuffer(() =>
        {
            // From within, on any shard: no entry is held meanwhile.
            for (int i = 0; i < 100; i++)
            {
                Cache.Set($"other{i}", [1], Forever);
            }
            calls++;
        })));
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Null_arguments_throw()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Throws<ArgumentNullException>("key", () => Cache.TryGet(null!, buffer));
        Assert.Throws<ArgumentNullException>("destination", () => Cache.TryGet("k", null!));
        Assert.Throws<ArgumentNullException>("options", () => Cache.Set("k", ReadOnlySequence<byte>.Empty, null!));
        await Assert.ThrowsAsync<ArgumentNullException>("key", () => Cache.TryGetAsync(null!, buffer, token).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(
            "destination", () => Cache.TryGetAsync("k", null!, token).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(
            "key", () => Cache.SetAsync(null!, ReadOnlySequence<byte>.Empty, Forever, token).AsTask());
    }

    [Fact]
    public async Task A_cancelled_token_cancels()
    {
        var token = new CancellationToken(canceled: true);
        var buffer = new ArrayBufferWriter<byte>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.TryGetAsync("k", buffer, token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Cache.SetAsync("k", ReadOnlySequence<byte>.Empty, Forever, token).AsTask());
        Assert.Null(Cache.Get("k"));
    }

    /// <summary>A hit here allocates the array that it returns, the buffer path nothing, a set nothing.</summary>
    [Fact]
    public void A_local_hit_allocates_the_returned_array_and_nothing_else()
    {
        const int Calls = 1000;
        // Without threads of its own: a live node that was kept from running looks around before it serves again.
        using var ring = new TestRing(1);
        ring[0].Node.Store.ChangeSink = null;
        var cache = new HengeDistributedCache(ring[0].Node);
        byte[] value = new byte[100];
        var buffer = new ArrayBufferWriter<byte>(4096);
        var pieces = ByteSequence.Of(value, 30);
        long array = Measured(1, () => GC.KeepAlive(new byte[100]));

        Assert.Equal(0, Measured(Calls, () => cache.Set("key", value, Forever)));
        Assert.Equal(0, Measured(Calls, () => cache.Set("key", pieces, Forever)));
        Assert.Equal(Calls * array, Measured(Calls, () => cache.Get("key")));
        Assert.Equal(0, Measured(Calls, () => cache.Get("none")));
        Assert.Equal(0, Measured(Calls, () => cache.Refresh("key")));
        Assert.Equal(0, Measured(Calls, () =>
        {
            buffer.ResetWrittenCount();
            cache.TryGet("key", buffer);
        }));
        Assert.Equal(0, Measured(Calls, () =>
        {
            buffer.ResetWrittenCount();
            ValueTask<bool> found = cache.TryGetAsync("key", buffer);
            Assert.True(found.IsCompletedSuccessfully && found.Result);
        }));
        Assert.Equal(0, Measured(Calls, () => Assert.True(cache.SetAsync("key", pieces, Forever).IsCompleted)));
        Assert.Equal(0, Measured(Calls, () => cache.Remove("key")));
    }

    private static long Measured(int calls, Action call)
    {
        long allocated = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < calls; i++)
            {
                call();
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        return allocated;
    }
}
