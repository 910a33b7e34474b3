using System.Buffers;
using System.IO.Pipelines;

using Henge.AspNetCore;
using Henge.Tests.Embedding;

using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;

using Xunit;

namespace Henge.Tests.AspNetCore;

/// <summary>
/// What the platform documents of IOutputCacheStore and IOutputCacheBufferStore, each fact with the words that it
/// keeps, on a node that is alone.
/// </summary>
public sealed class OutputCacheStoreTests : IAsyncLifetime
{
    private readonly SteppedTime _time = new();
    private EmbeddedHost _host = null!;

    private IOutputCacheBufferStore Store =>
        Assert.IsAssignableFrom<IOutputCacheBufferStore>(_host.Services.GetRequiredService<IOutputCacheStore>());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await EmbeddedHost.StartAsync(
        time: _time, services: static services => services.AddHengeOutputCache());

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>GetAsync: "Gets the cached response for the given key, if it exists. If no cached response exists for
    /// the given key, null is returned."</summary>
    [Fact]
    public async Task Get_gives_the_response_or_null()
    {
        Assert.Null(await Store.GetAsync("k", Token));
        await Store.SetAsync("k", [1, 2], null, TimeSpan.FromMinutes(1), Token);
        Assert.Equal([1, 2], (await Store.GetAsync("k", Token))!);
    }

    /// <summary>TryGetAsync: "True if the response cache entry exists; otherwise False." and "The location to which the
    /// value should be written."</summary>
    [Fact]
    public async Task TryGet_writes_the_response_and_says_whether_there_is_one()
    {
        var pipe = new Pipe();
        Assert.False(await Store.TryGetAsync("k", pipe.Writer, Token));
        await Store.SetAsync("k", Pieces([1, 2], [3]), default, TimeSpan.FromMinutes(1), Token);
        Assert.True(await Store.TryGetAsync("k", pipe.Writer, Token));
        await pipe.Writer.CompleteAsync();
        ReadResult read = await pipe.Reader.ReadAsync(Token);
        Assert.Equal([1, 2, 3], read.Buffer.ToArray());
    }

    /// <summary>SetAsync: "Stores the given response in the response cache."</summary>
    [Fact]
    public async Task Set_replaces_what_was_there()
    {
        await Store.SetAsync("k", [1], ["old"], TimeSpan.FromMinutes(1), Token);
        await Store.SetAsync("k", [], ["new"], TimeSpan.FromMinutes(1), Token);
        Assert.Empty((await Store.GetAsync("k", Token))!);
        await Store.EvictByTagAsync("old", Token);
        Assert.NotNull(await Store.GetAsync("k", Token));
    }

    /// <summary>validFor: "The amount of time cache entry will be kept in the cache before expiring, relative to
    /// now."</summary>
    [Fact]
    public async Task A_response_expires()
    {
        await Store.SetAsync("k", [1], null, TimeSpan.FromSeconds(10), Token);
        _time.Step(TimeSpan.FromSeconds(9));
        Assert.NotNull(await Store.GetAsync("k", Token));
        _time.Step(TimeSpan.FromSeconds(1));
        Assert.Null(await Store.GetAsync("k", Token));
    }

    /// <summary>EvictByTagAsync: "Evicts cached responses by tag."</summary>
    [Fact]
    public async Task An_eviction_takes_what_has_the_tag_and_nothing_else()
    {
        await Store.SetAsync("both", [1], ["a", "b"], TimeSpan.FromMinutes(1), Token);
        await Store.SetAsync("a", Pieces([1]), new[] { "a" }, TimeSpan.FromMinutes(1), Token);
        await Store.SetAsync("star", [1], ["*"], TimeSpan.FromMinutes(1), Token);
        await Store.SetAsync("none", [1], null, TimeSpan.FromMinutes(1), Token);

        await Store.EvictByTagAsync("b", Token);
        Assert.Null(await Store.GetAsync("both", Token));
        Assert.NotNull(await Store.GetAsync("a", Token));
        await Store.EvictByTagAsync("*", Token);
        Assert.Null(await Store.GetAsync("star", Token));
        Assert.NotNull(await Store.GetAsync("a", Token));
        await Store.EvictByTagAsync("a", Token);
        await Store.EvictByTagAsync("unknown", Token);
        Assert.Null(await Store.GetAsync("a", Token));
        Assert.NotNull(await Store.GetAsync("none", Token));

        await Store.SetAsync("a", [2], ["a"], TimeSpan.FromMinutes(1), Token);
        Assert.Equal([2], (await Store.GetAsync("a", Token))!);
    }

    [Fact]
    public async Task Keys_and_tags_meet_no_others_of_the_application()
    {
        _host.Cache.Set("k", [9], new());
        await Store.SetAsync("k", [1], ["a"], TimeSpan.FromMinutes(1), Token);
        await _host.Node.Tags.InvalidateAsync(["a"], Henge.Tags.TagNames.Mark, Token);

        Assert.Equal([9], _host.Cache.Get("k")!);
        Assert.Equal([1], (await Store.GetAsync("k", Token))!);
    }

    [Fact]
    public async Task Misuse_is_told_and_changes_nothing()
    {
        await Store.SetAsync("k", [1], null, TimeSpan.FromMinutes(1), Token);
        await Assert.ThrowsAsync<ArgumentNullException>(() => Store.GetAsync(null!, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(
            () => Store.SetAsync("k", null!, null, TimeSpan.FromMinutes(1), Token).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => Store.EvictByTagAsync(null!, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => Store.TryGetAsync("k", null!, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => Store.SetAsync("k", [2], null, TimeSpan.Zero, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(
            () => Store.SetAsync("k", [2], [new string('t', 256)], TimeSpan.FromMinutes(1), Token).AsTask());
        Assert.Equal([1], (await Store.GetAsync("k", Token))!);
    }

    [Fact]
    public async Task A_cancelled_caller_waits_for_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.GetAsync("k", cancelled.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.SetAsync("k", [1], null, TimeSpan.FromMinutes(1), cancelled.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.EvictByTagAsync("a", cancelled.Token).AsTask());
    }

    private static ReadOnlySequence<byte> Pieces(params byte[][] pieces)
    {
        var pipe = new Pipe();
        foreach (byte[] piece in pieces)
        {
            pipe.Writer.Write(piece);
        }
        pipe.Writer.Complete();
        pipe.Reader.TryRead(out ReadResult read);
        return read.Buffer;
    }
}
