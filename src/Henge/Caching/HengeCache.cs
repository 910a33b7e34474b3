using Henge.Caching.Engine;
using Henge.Caching.Levels;
using Henge.Entries;
using Henge.Tags;

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
    private readonly ManyKeys _many;
    private readonly CounterCalls _counters;
    private readonly PrefixRemoval _prefixes;
    private readonly Policy _usual;

    internal HengeCache(CacheEngine engine)
    {
        _engine = engine;
        _many = new ManyKeys(engine);
        _counters = new CounterCalls(engine);
        _prefixes = new PrefixRemoval(engine);
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
    /// Looks for many values at once. What is in the first level or owned by this node is read in place; of the rest
    /// each owner is asked in one message of at most 256 keys, all owners at the same time, so it takes about as long
    /// as one read. Answers are at most 256 KiB a message, unless one value is longer; the next is then asked for.
    /// Nothing is atomic over keys.
    /// </summary>
    /// <param name="keys">The keys; one that is there twice counts once.</param>
    /// <param name="options">As for one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <typeparam name="T">Type of the values.</typeparam>
    /// <returns>
    /// What was found, what is missing, and of what nobody knows; the latter two in the order of the keys.
    /// </returns>
    /// <exception cref="ArgumentNullException">The keys are null, or one of them is.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<CacheResults<T>> GetManyAsync<T>(
        IEnumerable<string> keys, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return _many.FindAsync<T>(
            keys, PolicyOrUsual(options), options is not { UsesFirstLevel: false }, cancellationToken);
    }

    /// <summary>
    /// The value of a key, or where there is none the factory's, which is then stored. Of all callers of the ring that
    /// wait for one key one calls its factory, and the others get what it made: those of this process directly, those
    /// of others within 25 to 250 ms of when it was stored. If that process dies or its factory throws, the next one's
    /// is called: at once, or of a process that fell silent after half a minute at most. One that works longer than ten
    /// minutes is no longer waited for; <see cref="EntryOptions.FactoryTimeout"/> ends it before.
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

    /// <summary>
    /// Stores many values at once, each as <see cref="SetAsync{T}"/> would; each owner gets what it owns in messages of
    /// at most 256 values and 1 MiB. Nothing is atomic over keys.
    /// </summary>
    /// <param name="values">Keys and values; of a key that is there twice either may stay.</param>
    /// <param name="options">How they are kept; null: as usual.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <typeparam name="T">Type of the values.</typeparam>
    /// <exception cref="ArgumentNullException">The values are null, or a key is.</exception>
    /// <exception cref="HengeException">One was not stored, or that is not known; the others may be.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="Exception">What the serializer throws; nothing was changed.</exception>
    public ValueTask SetManyAsync<T>(
        IEnumerable<KeyValuePair<string, T>> values,
        EntryOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        return _many.SetAsync(values, PolicyOrUsual(options), cancellationToken);
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

    /// <summary>
    /// Adds to a counter, and brings what it is then; ends when every live copy has it. Counters are values like
    /// others: 64-bit integers in decimal, which <see cref="TryGetAsync{T}"/> reads as a <see cref="long"/>, and which
    /// INCR of Redis clients and <c>:incr</c> over HTTP change, too. All changes of one counter are in one order, and
    /// none is lost: its owner makes each in one step. Costs one way to the owner and from there to its copies.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="delta">What is added; below 0 it is subtracted, 0 only asks (and makes the counter).</param>
    /// <param name="options">What a counter begins with that is not there yet; null: 0, for ever, no tags.</param>
    /// <param name="cancellationToken">
    /// Ends the wait; a change that was sent is made all the same.
    /// </param>
    /// <returns>The sum. What this process reads from now on is that or something later.</returns>
    /// <exception cref="ArgumentException">The key is empty or too long, or a tag cannot be.</exception>
    /// <exception cref="HengeException">
    /// Nothing was changed: <see cref="HengeFailure.NotANumber"/>, <see cref="HengeFailure.Overflow"/>,
    /// <see cref="HengeFailure.WrongType"/>, <see cref="HengeFailure.NoRoom"/>, <see cref="HengeFailure.OwnerAway"/>.
    /// Or nobody knows: with <see cref="HengeFailure.Uncertain"/> the owner vanished before it had answered. It may
    /// have added once, never twice; to add again may then count double, and to read does not tell whose change it
    /// shows. Who must count exactly keeps a value per event, or goes by <see cref="TrySetAsync{T}"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<long> IncrementAsync(
        string key,
        long delta = 1,
        CounterOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _counters.AddAsync(key, delta, options, cancellationToken);
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
    /// <param name="tags">The tags; none is allowed. <c>*</c> stands for all that <see cref="ClearAsync"/> removes.
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
        return tags.Count == 0
            ? ValueTask.CompletedTask : _engine.Node.Tags.InvalidateAsync(tags, _engine.Mark, cancellationToken);
    }

    /// <summary>
    /// As <see cref="RemoveByTagAsync"/>, of the values that have all of the tags. As cheap where such sets are few:
    /// at most 32 are remembered under one tag of theirs; beyond, the oldest of these counts as if that tag alone had
    /// been given. So more may be removed than was asked for, never less.
    /// </summary>
    /// <param name="tags">The tags, at most 8; none removes nothing. <c>*</c> as there.</param>
    /// <param name="cancellationToken">Ends the wait; the invalidation goes on.</param>
    /// <exception cref="ArgumentException">
    /// A tag is empty or longer than 256 bytes, or there are more than 8; nothing was done.
    /// </exception>
    /// <exception cref="HengeException">
    /// Not every member has taken it in time; the others will when they can be reached.
    /// </exception>
    public ValueTask RemoveByAllTagsAsync(
        IReadOnlyCollection<string> tags, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return tags.Count == 0 ? ValueTask.CompletedTask
            : _engine.Node.Tags.InvalidateTogetherAsync(tags, _engine.Mark, cancellationToken);
    }

    /// <summary>
    /// Removes every key that begins with a prefix, whoever stored it, in the whole ring: one as
    /// <see cref="RemoveAsync"/> would, so that it comes back from no copy, and all first levels see it. The keys are
    /// looked for page by page: O(entries of the ring), some microseconds each and never a pause of a node. What is
    /// stored meanwhile may stay. Where it is known beforehand what belongs together, a tag is O(1).
    /// </summary>
    /// <param name="prefix">What keys begin with, behind <see cref="HengeOptions.KeyPrefix"/>; not empty.</param>
    /// <param name="cancellationToken">Ends it between two pages; what was removed is.</param>
    /// <returns>How many keys there were.</returns>
    /// <exception cref="ArgumentException">
    /// The prefix is empty: <see cref="ClearAsync"/> removes all that the caches have stored.
    /// </exception>
    /// <exception cref="HengeException">
    /// A member could not be reached, or nobody knows what it has done: some keys may be left. To begin again is safe.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<long> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default) =>
        _prefixes.RemoveAsync(prefix, cancellationToken);

    /// <summary>
    /// Removes all that <see cref="HengeCache"/> and HybridCache have stored in applications with this
    /// <see cref="HengeOptions.KeyPrefix"/>, as an invalidation of one tag: O(1), and effective on every member when it
    /// ends. What IDistributedCache (sessions, say), Redis clients and HTTP have stored stays. The same as
    /// <see cref="RemoveByTagAsync"/> of <c>*</c>, and as that of HybridCache.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the invalidation goes on.</param>
    /// <exception cref="HengeException">
    /// Not every member has taken it in time; the others will when they can be reached.
    /// </exception>
    public ValueTask ClearAsync(CancellationToken cancellationToken = default) =>
        _engine.Node.Tags.InvalidateAsync([TagNames.Everything], _engine.Mark, cancellationToken);

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
            Mark = _engine.Mark,
            TagList = Policy.ListOf(tags, _engine.Mark),
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
