using System.Buffers;

using Henge.Entries;

using Microsoft.Extensions.Caching.Distributed;

namespace Henge.Embedding;

/// <summary>
/// The platform's <see cref="IDistributedCache"/> and <see cref="IBufferDistributedCache"/> over the ring. Thread safe.
/// <list type="bullet">
/// <item>A miss is null or false. Trouble is a <see cref="HengeException"/>, on reads too: who reads a session must not
/// take trouble for an empty one. Values that are too long, and keys that are empty or too long, are
/// <see cref="ArgumentException"/>; nothing was changed then.</item>
/// <item>A write has ended when every live copy has it (or as <see cref="HengeOptions.WriteAck"/> says).</item>
/// <item>The token ends the wait of its caller; the operation itself goes on to its own deadline.</item>
/// <item>The calls that are not asynchronous block their thread while the ring is asked. Reads of keys that this node
/// owns, and everything while it is alone, are answered from its memory on the calling thread, by either kind of
/// call.</item>
/// </list>
/// </summary>
internal sealed class HengeDistributedCache : IBufferDistributedCache
{
    private readonly NodeEntries _entries;
    private readonly CacheKeys _keys;

    /// <summary>Creates the cache of a node.</summary>
    public HengeDistributedCache(HengeNode node)
    {
        _entries = node.Entries;
        _keys = new CacheKeys(node.Options.KeyPrefix);
    }

    /// <inheritdoc/>
    public byte[]? Get(string key)
    {
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        return Value(_entries.TryGet(bytes, uses: true, out EntryAnswer answer)
            ? answer : Wait(_entries.GetAsync(bytes.ToArray(), uses: true, CancellationToken.None)));
    }

    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled<byte[]?>(token);
        }
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        return _entries.TryGet(bytes, uses: true, out EntryAnswer answer)
            ? Task.FromResult(Value(answer))
            : ValueAsync(_entries.GetAsync(bytes.ToArray(), uses: true, token));
    }

    /// <inheritdoc/>
    public bool TryGet(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        return _entries.TryGet(bytes, destination, out EntryAnswer answer)
            ? Value(answer) is not null || answer.Status == EntryStatus.Done
            : Copy(Wait(_entries.GetAsync(bytes.ToArray(), uses: true, CancellationToken.None)), destination);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryGetAsync(
        string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(token);
        }
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        return _entries.TryGet(bytes, destination, out EntryAnswer answer)
            ? ValueTask.FromResult(Value(answer) is not null || answer.Status == EntryStatus.Done)
            : CopyAsync(_entries.GetAsync(bytes.ToArray(), uses: true, token), destination);
    }

    /// <inheritdoc/>
    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        Set(key, new ReadOnlySequence<byte>(value), options);
    }

    /// <inheritdoc/>
    public Task SetAsync(
        string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return SetAsync(key, new ReadOnlySequence<byte>(value), options, token).AsTask();
    }

    /// <inheritdoc/>
    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options)
    {
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        EntryWrite write = WriteOf(value, options);
        Check(_entries.TrySet(bytes, value, write, out EntryAnswer answer)
            ? answer : Wait(_entries.SetAsync(bytes.ToArray(), value.ToArray(), write, CancellationToken.None)));
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(
        string key,
        ReadOnlySequence<byte> value,
        DistributedCacheEntryOptions options,
        CancellationToken token = default)
    {
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(token);
        }
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        EntryWrite write = WriteOf(value, options);
        if (!_entries.TrySet(bytes, value, write, out EntryAnswer answer))
        {
            // A copy: the operation outlives a wait that is cancelled, and the caller's memory may not.
            return CheckAsync(_entries.SetAsync(bytes.ToArray(), value.ToArray(), write, token));
        }
        Check(answer);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Refresh(string key)
    {
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        if (!_entries.TryTouch(bytes, out _))
        {
            Wait(_entries.TouchAsync(bytes.ToArray(), CancellationToken.None));
        }
    }

    /// <inheritdoc/>
    public Task RefreshAsync(string key, CancellationToken token = default)
    {
        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled(token);
        }
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        return _entries.TryTouch(bytes, out _)
            ? Task.CompletedTask : _entries.TouchAsync(bytes.ToArray(), token).AsTask();
    }

    /// <inheritdoc/>
    public void Remove(string key)
    {
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        if (!_entries.TryDelete(bytes, default, out _))
        {
            Wait(_entries.DeleteAsync(bytes.ToArray(), default, CancellationToken.None));
        }
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled(token);
        }
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        return _entries.TryDelete(bytes, default, out _)
            ? Task.CompletedTask : _entries.DeleteAsync(bytes.ToArray(), default, token).AsTask();
    }

    private EntryWrite WriteOf(in ReadOnlySequence<byte> value, DistributedCacheEntryOptions options)
    {
        Lifetime lifetime = CacheLifetime.Of(options, _entries.TimeProvider.GetUtcNow());
        if (value.Length > _entries.MaxValueBytes)
        {
            throw TooLong(value.Length);
        }
        return new EntryWrite(lifetime);
    }

    private static async Task<byte[]?> ValueAsync(ValueTask<EntryAnswer> call) =>
        Value(await call.ConfigureAwait(false));

    private static async ValueTask<bool> CopyAsync(ValueTask<EntryAnswer> call, IBufferWriter<byte> destination) =>
        Copy(await call.ConfigureAwait(false), destination);

    private async ValueTask CheckAsync(ValueTask<EntryAnswer> call) => Check(await call.ConfigureAwait(false));

    private static EntryAnswer Wait(ValueTask<EntryAnswer> call) => call.AsTask().GetAwaiter().GetResult();

    private static bool Copy(in EntryAnswer answer, IBufferWriter<byte> destination)
    {
        if (Value(answer) is not { } value)
        {
            return false;
        }
        destination.Write(value);
        return true;
    }

    /// <summary>The value of an entry that is there, null of one that is not.</summary>
    private static byte[]? Value(in EntryAnswer answer) => answer.Status != EntryStatus.WrongType
        ? answer.Value
        : throw HengeException.Of(HengeFailure.WrongType);

    private void Check(in EntryAnswer answer)
    {
        if (answer.Status == EntryStatus.TooLong)
        {
            throw TooLong(null);
        }
        if (answer.Status == EntryStatus.NoRoom)
        {
            throw HengeException.Of(HengeFailure.NoRoom);
        }
    }

    private ArgumentException TooLong(long? length) => new(
        length is { } bytes
            ? $"The value of {bytes} bytes is longer than {_entries.MaxValueBytes} (MaxValue); the old one stays."
            : "The value is longer than the owner of the key takes (its MaxValue); the old one stays.");
}
