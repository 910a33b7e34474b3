using System.Buffers;
using System.IO.Pipelines;

using Henge.Embedding;
using Henge.Entries;
using Henge.Tags;

using Microsoft.AspNetCore.OutputCaching;

namespace Henge.AspNetCore.OutputCaching;

/// <summary>
/// The responses of output caching in the ring: what one instance stores all of them serve, and an eviction by tag has
/// reached every one when it ends. Keys and tags have a prefix of their own, so that they meet no others of the
/// application. Trouble is a <see cref="HengeException"/>, which the middleware logs and goes on without the cache; a
/// miss is null or false. Thread safe.
/// </summary>
/// <param name="node">The node.</param>
internal sealed class HengeOutputCacheStore(HengeNode node) : IOutputCacheBufferStore
{
    /// <summary>Stands before keys and tags, behind the application's own prefix of keys.</summary>
    public const string Prefix = "output:";

    private readonly CacheKeys _keys = new(node.Options.KeyPrefix + Prefix);

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<byte[]?>(cancellationToken);
        }
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        return node.Entries.TryGet(bytes, uses: true, out EntryAnswer answer)
            ? ValueTask.FromResult(answer.Value)
            : ValueAsync(node.Entries.GetAsync(bytes.ToArray(), uses: true, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }
        ReadOnlySpan<byte> bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]);
        return node.Entries.TryGet(bytes, destination, out EntryAnswer answer)
            ? ValueTask.FromResult(answer.Status == EntryStatus.Done)
            : CopyAsync(node.Entries.GetAsync(bytes.ToArray(), uses: true, cancellationToken), destination);
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(
        string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        return SetAsync(key, new ReadOnlySequence<byte>(value), tags, validFor, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(
        string key,
        ReadOnlySequence<byte> value,
        ReadOnlyMemory<string> tags,
        TimeSpan validFor,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(validFor, TimeSpan.Zero);
        byte[] bytes = _keys.Encode(key, stackalloc byte[CacheKeys.OnStack]).ToArray();
        if (value.Length > node.Entries.MaxValueBytes)
        {
            throw new ArgumentException(
                $"The response of {value.Length} bytes is longer than {node.Entries.MaxValueBytes} (MaxValue).");
        }
        string[] named = [.. tags.ToArray().Select(static tag => Prefix + tag)];
        if (TagNames.TryMakeList(named, mark: null, out byte[] list) is { } wrong)
        {
            throw new ArgumentException(wrong, nameof(tags));
        }
        long ms = (long)Math.Min(Math.Ceiling(validFor.TotalMilliseconds), Lifetime.LongestMs);
        var write = new EntryWrite(new Lifetime(ms, 0, 0), Tags: list);
        // A copy: the operation outlives a wait that is cancelled, and the caller's memory may not.
        return StoredAsync(node.Entries.SetAsync(bytes, value.ToArray(), write, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return node.Tags.InvalidateAsync([Prefix + tag], TagNames.Mark, cancellationToken);
    }

    private static async ValueTask<byte[]?> ValueAsync(ValueTask<EntryAnswer> call) =>
        (await call.ConfigureAwait(false)).Value;

    private static async ValueTask<bool> CopyAsync(ValueTask<EntryAnswer> call, PipeWriter destination)
    {
        EntryAnswer answer = await call.ConfigureAwait(false);
        if (answer.Status == EntryStatus.Done)
        {
            destination.Write(answer.Value);
        }
        return answer.Status == EntryStatus.Done;
    }

    private static async ValueTask StoredAsync(ValueTask<EntryAnswer> call)
    {
        EntryAnswer answer = await call.ConfigureAwait(false);
        if (answer.Status == EntryStatus.TooLong)
        {
            throw new ArgumentException("The response is longer than the owner of its key takes (its MaxValue).");
        }
        if (answer.Status == EntryStatus.NoRoom)
        {
            throw new HengeException(HengeFailure.NoRoom, "The owner of the key has no room for the response.");
        }
    }
}
