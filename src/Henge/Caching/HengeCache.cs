using Henge.Caching.Engine;
using Henge.Caching.Levels;
using Henge.Entries;

using Microsoft.Extensions.Caching.Hybrid;

namespace Henge.Caching;

/// <summary>
/// The cache of an application whose instances are the ring: a first level in the process, kept coherent with the other
/// instances, before keys and memory that all of them share. <c>AddHenge</c> registers it. Thread safe.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Keys are any strings of 1 byte to 64 KiB in UTF-8, <see cref="HengeOptions.KeyPrefix"/> included; null is an
/// <see cref="ArgumentNullException"/>. Under a key that is empty or longer nothing is kept: reads miss, writes do
/// nothing and are counted.</item>
/// <item>Values are of any type that has a serializer, up to <see cref="HengeOptions.MaxValue"/> bytes: texts and bytes
/// as they are, others as JSON unless a serializer of the platform's HybridCache is registered for the type. What one
/// instance writes the others, Redis clients and HTTP read under the same key. A null that the serializer has no bytes
/// for is not kept.</item>
/// <item>What a read returns was the ring's value at some moment within the last second, normally within milliseconds;
/// a process reads its own writes. docs/dotnet.md has the whole promise, also for a ring that is cut in two.</item>
/// <item>Objects of immutable types are shared by all readers: texts, values without references, sealed types with
/// <c>[ImmutableObject(true)]</c>. Of others each caller gets an object of its own.</item>
/// <item>A read that finds the ring in trouble does not throw; it says so, or the factory is called. A write that was
/// not carried out is a <see cref="HengeException"/>.</item>
/// <item>A token ends the wait of its caller; a write that was sent goes on.</item>
/// <item>Calls before the host has started are an <see cref="InvalidOperationException"/>, after its container was
/// disposed an <see cref="ObjectDisposedException"/>.</item>
/// </list>
/// </remarks>
public sealed class HengeCache
{
    private static readonly EntryOptions s_usual = new();

    private readonly CacheEngine _engine;
    private readonly Policy _usual;

    internal HengeCache(CacheEngine engine)
    {
        _engine = engine;
        _usual = PolicyOf(s_usual);
    }

    /// <summary>
    /// Looks for a value. A hit in the first level takes some tens of nanoseconds and allocates nothing for immutable
    /// types; one of a key that this node owns costs its copy; any other one way to the owner and back.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="options">Whether the first level is used, and how long it may keep the value; null: it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <typeparam name="T">Type of the value; bytes that are none are missing.</typeparam>
    /// <returns>The value and its version, or that there is none, or that nobody knows.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<CacheResult<T>> TryGetAsync<T>(
        string key, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CacheResult<T>>(cancellationToken);
        }
        return options is not { UsesFirstLevel: false } && _engine.TryGetHere(key, out T value, out ulong version)
            ? ValueTask.FromResult(new CacheResult<T>(CacheState.Found, value, version))
            : _engine.FindAsync<T>(key, PolicyOrUsual(options), cancellationToken);
    }

    /// <summary>
    /// Looks for many values at once: all keys that are not here are asked for together, those of one owner in as few
    /// messages as they fit. Nothing is atomic over keys.
    /// </summary>
    /// <param name="keys">The keys; one that is there twice counts once.</param>
    /// <param name="options">As for one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <typeparam name="T">Type of the values.</typeparam>
    /// <returns>What was found, what is missing, and of what nobody knows.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<CacheResults<T>> GetManyAsync<T>(
        IEnumerable<string> keys, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var looks = new List<(string Key, Task<CacheResult<T>> Look)>();
        foreach (string key in keys.Distinct(StringComparer.Ordinal))
        {
            looks.Add((key, TryGetAsync<T>(key, options, cancellationToken).AsTask()));
        }
        await Task.WhenAll(looks.Select(static look => look.Look)).ConfigureAwait(false);
        var found = new Dictionary<string, T>(StringComparer.Ordinal);
        var missing = new List<string>();
        var unknown = new List<string>();
        foreach ((string key, Task<CacheResult<T>> look) in looks)
        {
            CacheResult<T> result = await look.ConfigureAwait(false);
            if (result.IsFound)
            {
                found[key] = result.Value!;
                continue;
            }
            (result.State == CacheState.Missing ? missing : unknown).Add(key);
        }
        return new CacheResults<T>(found, missing, unknown);
    }

    /// <summary>
    /// The value of a key, or where there is none the factory's, which is then stored. Of all callers of the ring that
    /// wait for one key one calls its factory, and the others get what it made: those of this process directly, those
    /// of others within 25 to 250 ms of when it was stored. If that process dies or its factory throws, the next one's
    /// is called; one that takes longer than half a minute is no longer waited for.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="factory">
    /// Makes the value, on the thread pool. It may decide by its context how long the value lives, with which tags, or
    /// that it is not kept. Its token is cancelled when the last caller of this process who waits was. What is written,
    /// removed or invalidated meanwhile is not overwritten with what it makes.
    /// </param>
    /// <param name="options">How the value is kept, unless the factory decides otherwise; null: as usual.</param>
    /// <param name="cancellationToken">Ends the wait of this caller alone.</param>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <returns>The value, also where the ring did not answer or could not store it.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="EntryOptions.FactoryTimeout"/>.</exception>
    /// <exception cref="Exception">What the factory throws, to all who wait for it here; nothing is stored.</exception>
    public ValueTask<T> GetOrCreateAsync<T>(
        string key,
        Func<FactoryContext, CancellationToken, ValueTask<T>> factory,
        EntryOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(factory);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }
        return options is not { UsesFirstLevel: false } && _engine.TryGetHere(key, out T value, out _)
            ? ValueTask.FromResult(value)
            : _engine.GetOrCreateAsync(
                key, new ContextFactory<T>(factory), PolicyOrUsual(options), cancellationToken);
    }

    /// <summary>
    /// Stores a value in place of what is there; ends when every live copy has it. A value that is too long, or that no
    /// owner has room for, is not kept, and neither is what was there before.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How it is kept; null: as usual.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <exception cref="HengeException">It was not stored, or that is not known.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="Exception">What the serializer throws; nothing was changed.</exception>
    public ValueTask SetAsync<T>(
        string key, T value, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled(cancellationToken)
            : _engine.SetAsync(key, value, PolicyOrUsual(options), cancellationToken);
    }

    /// <summary>Stores many values at once, each as <see cref="SetAsync{T}"/>; nothing is atomic over keys.</summary>
    /// <param name="values">Keys and values; of a key that is there twice either may stay.</param>
    /// <param name="options">How they are kept; null: as usual.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <typeparam name="T">Type of the values.</typeparam>
    /// <exception cref="HengeException">One was not stored, or that is not known; the others may be.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask SetManyAsync<T>(
        IEnumerable<KeyValuePair<string, T>> values,
        EntryOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new ValueTask(Task.WhenAll([.. values.Select(entry =>
            SetAsync(entry.Key, entry.Value, options, cancellationToken).AsTask())]));
    }

    /// <summary>Stores a value if nobody has changed the key since a version was read.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="version">
    /// The version that must still be there (<see cref="CacheResult{T}.Version"/>); 0: there must be no value.
    /// </param>
    /// <param name="options">How it is kept; null: as usual.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <returns>
    /// Whether it was stored; false too where it has no bytes, is too long, or there is no room. Then what was there
    /// stays.
    /// </returns>
    /// <exception cref="HengeException">It was not stored, or that is not known.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="Exception">What the serializer throws; nothing was changed.</exception>
    public async ValueTask<bool> TrySetAsync<T>(
        string key,
        T value,
        ulong version,
        EntryOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        if (_engine.BytesOf(key) is not { } bytes)
        {
            _engine.Meters?.Refused("key");
            return false;
        }
        Codec<T> codec = _engine.Codecs.Of<T>();
        if (!codec.CanWrite(value))
        {
            _engine.Meters?.Refused("value");
            return false;
        }
        ReadOnlyMemory<byte> written = codec.Encode(value);
        EntryWrite write = PolicyOrUsual(options).Write with
        {
            Condition = version == 0 ? EntryCondition.IfAbsent : EntryCondition.IfVersion,
            Version = version,
        };
        EntryAnswer answer = await _engine.WriteAsync(bytes, written, write, cancellationToken).ConfigureAwait(false);
        return answer.Status == EntryStatus.Done;
    }

    /// <summary>Removes a value; ends when every live copy knows.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="HengeException">It was not removed, or that is not known.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _engine.RemoveAsync(key, cancellationToken);
    }

    /// <summary>
    /// Removes every value that has one of some tags and was stored before, on all members of the ring: when this ends,
    /// none that is not dead serves one any more. O(1) in values. Tags belong to the ring, whatever
    /// <see cref="HengeOptions.KeyPrefix"/> is.
    /// </summary>
    /// <param name="tags">
    /// The tags; none is allowed. <c>*</c> stands for all that any <see cref="HengeCache"/> or HybridCache of the ring
    /// has stored.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; the invalidation goes on.</param>
    /// <exception cref="ArgumentException">A tag is empty or longer than 256 bytes; nothing was done.</exception>
    /// <exception cref="HengeException">
    /// Not every member has taken it in time; the others will when they can be reached.
    /// </exception>
    public ValueTask RemoveByTagAsync(
        IReadOnlyCollection<string> tags, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return tags.Count == 0 ? ValueTask.CompletedTask : _engine.Node.Tags.InvalidateAsync(tags, cancellationToken);
    }

    private Policy PolicyOrUsual(EntryOptions? options) => options is null ? _usual : PolicyOf(options);

    private Policy PolicyOf(EntryOptions options)
    {
        if (options is { Sliding: not null, FailSafe: not null } or { Sliding: not null, RefreshAhead: not null })
        {
            throw new ArgumentException(
                "A sliding value has no expiration that FailSafe and RefreshAhead could count from.", nameof(options));
        }
        string[] tags = [.. options.Tags];
        TimeSpan usual = options.Sliding is null ? _engine.Node.Options.Expiration : TimeSpan.MaxValue;
        return new Policy
        {
            Expiration = Checked(options.Expiration ?? usual, nameof(options)),
            Sliding = Optional(options.Sliding, TimeSpan.Zero, nameof(options)),
            LocalExpiration = Checked(options.LocalExpiration ?? TimeSpan.MaxValue, nameof(options)),
            FailSafe = Optional(options.FailSafe, TimeSpan.Zero, nameof(options)),
            RefreshAhead = Optional(options.RefreshAhead, TimeSpan.Zero, nameof(options)),
            SoftTimeout = Optional(options.FactorySoftTimeout, Timeout.InfiniteTimeSpan, nameof(options)),
            FactoryTimeout = Optional(options.FactoryTimeout, Timeout.InfiniteTimeSpan, nameof(options)),
            Flags = options.UsesFirstLevel ? HybridCacheEntryFlags.None : HybridCacheEntryFlags.DisableLocalCache,
            Tags = tags,
            TagList = Policy.ListOf(tags),
        };
    }

    private static TimeSpan Optional(TimeSpan? time, TimeSpan without, string name) =>
        time is { } given ? Checked(given, name) : without;

    private static TimeSpan Checked(TimeSpan time, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, name);
        return time;
    }
}
