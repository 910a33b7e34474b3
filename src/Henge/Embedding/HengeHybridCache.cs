using Henge.Caching.Engine;

using Microsoft.Extensions.Caching.Hybrid;

namespace Henge.Embedding;

/// <summary>
/// The platform's <see cref="HybridCache"/> over a first level in this process and the ring. Thread safe.
/// <list type="bullet">
/// <item>A value from the first level was the ring's at some moment within the last second, normally within
/// milliseconds, and this process reads its own writes: docs/dotnet.md has the promise.</item>
/// <item>Trouble with the ring never comes out of a read: the factory is called. Writes, removals and invalidations
/// that were not carried out are a <see cref="HengeException"/>.</item>
/// <item>Callers of one key in one process share one search and one call of the factory; when the last of them is
/// cancelled, so is the factory. What it throws goes to all of them, and nothing is stored.</item>
/// <item>Keys and values that are too long, and values that the serializer cannot write, are served and not cached.
/// </item>
/// </list>
/// </summary>
internal sealed class HengeHybridCache : HybridCache
{
    private readonly CacheEngine _engine;
    private readonly ManyKeys _many;
    private readonly Policy _usual;

    /// <summary>Creates the face of an engine.</summary>
    public HengeHybridCache(CacheEngine engine)
    {
        _engine = engine;
        _many = new ManyKeys(engine);
        _usual = new Policy
        {
            Expiration = engine.Node.Options.Expiration,
            Mark = engine.Mark,
            TagList = Policy.ListOf(null, engine.Mark),
        };
    }

    /// <inheritdoc/>
    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(factory);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }
        HybridCacheEntryFlags flags = options?.Flags ?? HybridCacheEntryFlags.None;
        return (flags & HybridCacheEntryFlags.DisableLocalCacheRead) == 0 && _engine.TryGetHere(key, out T value, out _)
            ? ValueTask.FromResult(value)
            : _engine.GetOrCreateAsync(
                key, new StateFactory<TState, T>(state, factory), PolicyOf(options, tags), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask SetAsync<T>(
        string key,
        T value,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled(cancellationToken)
            : _engine.SetAsync(key, value, PolicyOf(options, tags), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new ValueTask(_engine.RemoveAsync(key, cancellationToken).AsTask());
    }

    /// <inheritdoc/>
    public override ValueTask RemoveAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) =>
        keys is null ? ValueTask.CompletedTask : _many.RemoveAsync(keys, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return _engine.Node.Tags.InvalidateAsync([tag], _engine.Mark, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask RemoveByTagAsync(
        IEnumerable<string> tags, CancellationToken cancellationToken = default)
    {
        string[] names = tags is null ? [] : [.. tags];
        return names.Length == 0
            ? ValueTask.CompletedTask : _engine.Node.Tags.InvalidateAsync(names, _engine.Mark, cancellationToken);
    }

    private Policy PolicyOf(HybridCacheEntryOptions? options, IEnumerable<string>? tags)
    {
        if (options is null && tags is null)
        {
            return _usual;
        }
        string[] names = tags is null ? [] : [.. tags];
        return new Policy
        {
            Expiration = Checked(options?.Expiration ?? _usual.Expiration, nameof(options)),
            LocalExpiration = Checked(options?.LocalCacheExpiration ?? TimeSpan.MaxValue, nameof(options)),
            Flags = options?.Flags ?? HybridCacheEntryFlags.None,
            Tags = names,
            Mark = _engine.Mark,
            TagList = Policy.ListOf(names, _engine.Mark),
        };
    }

    private static TimeSpan Checked(TimeSpan time, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, name);
        return time;
    }
}
