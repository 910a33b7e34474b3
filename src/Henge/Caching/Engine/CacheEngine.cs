using System.Buffers;

using Henge.Caching.Levels;
using Henge.Cluster.FirstLevels;
using Henge.Cluster.Tags;
using Henge.Diagnostics.Meters;
using Henge.Embedding;
using Henge.Entries;
using Henge.Tags;
using Henge.Transport.Connections;

namespace Henge.Caching.Engine;

/// <summary>
/// The caches of an application, all over one engine: a first level in the process, the ring, and the factory.
/// <code>
/// read:  first level ------------------------------------------> value     nothing allocated
///          \-> own slot: this node's memory -------------------> value     on the calling thread
///                \-> flight, one for each key and process
///                      \-> owner of the key -------------------> value
///                            \-> lease, one for each key and ring
///                                  \-> factory -> ring --------> value
/// </code>
/// What is found in the ring is kept in the first level with its owner's word that it will tell of a change
/// (docs/coherence.md); what was made here is kept with the next read. Thread safe.
/// </summary>
internal sealed class CacheEngine
{
    private readonly Flights _flights;
    private readonly RareLog _unreadable = new();
    private readonly RareLog _unwritable = new();
    private readonly RareLog _formers = new();

    /// <summary>Creates the engine of a node.</summary>
    public CacheEngine(HengeNode node, Codecs codecs)
    {
        (Node, Codecs) = (node, codecs);
        Keys = new CacheKeys(node.Options.KeyPrefix);
        Mark = TagNames.MarkOf(node.Options.KeyPrefix);
        _flights = new Flights(node.Kept, node.Tags);
        if (node.Options.FirstLevelBytes > 0)
        {
            First = new FirstLevel(node.Kept, node.Tags, node.Options.FirstLevelBytes);
        }
    }

    /// <summary>The node.</summary>
    public HengeNode Node { get; }

    /// <summary>Keys as the ring has them.</summary>
    public CacheKeys Keys { get; }

    /// <summary>Serializers.</summary>
    public Codecs Codecs { get; }

    /// <summary>The first level; null: none.</summary>
    public FirstLevel? First { get; }

    /// <summary>What all that is stored here is marked with, and nothing of applications with other prefixes.</summary>
    public byte[] Mark { get; }

    /// <summary>What counts; null: nothing does.</summary>
    public CacheMeters? Meters { get; set; }

    /// <summary>The value of a key in the first level. Allocates nothing for immutable types.</summary>
    public bool TryGetHere<T>(string key, out T value, out ulong version)
    {
        if (First?.Find(key) is { } entry && TryOpen(entry, out value))
        {
            Meters?.HitHere();
            version = entry.Version;
            return true;
        }
        version = 0;
        value = default!;
        return false;
    }

    /// <summary>The value of a key, or the factory's.</summary>
    /// <remarks>Trouble with the ring is counted and taken for a miss; what the factory throws goes to the caller.
    /// </remarks>
    public ValueTask<T> GetOrCreateAsync<T>(
        string key, IFactory<T> factory, Policy policy, CancellationToken cancellationToken)
    {
        if (!Keys.TryEncode(key, stackalloc byte[CacheKeys.OnStack], out ReadOnlySpan<byte> bytes))
        {
            Meters?.Refused("key");
            return policy.Makes
                ? factory.CallAsync(new FactoryContext(key, policy.Expiration, policy.Tags), cancellationToken)
                : ValueTask.FromResult(default(T)!);
        }
        EntryAnswer here = default;
        if (policy.ReadsRing && TryReadHere(key, bytes, policy, out here, out T value))
        {
            return ValueTask.FromResult(value);
        }
        // Before anybody waits: whatever a factory of serializers throws is this caller's.
        Codec<T> codec = Codecs.Of<T>();
        var flightKey = new FlightKey(key, typeof(T), policy.Flags);
        Flight<T> flight = _flights.Join<T>(flightKey, bytes, policy.Attributes, Node.Tags.Begin(), out bool isNew);
        if (isNew)
        {
            var filling = new Filling<T>(
                this, key, bytes.ToArray(), factory, policy, flight, codec, here.Status == EntryStatus.Missing);
            _ = FlyAsync(flightKey, flight, filling);
        }
        else
        {
            Meters?.Joined();
        }
        return flight.WaitAsync(cancellationToken);
    }

    /// <summary>Looks for the value of a key, and makes none.</summary>
    public async ValueTask<CacheResult<T>> FindAsync<T>(
        string key, Policy policy, CancellationToken cancellationToken)
    {
        if (BytesOf(key) is not { } bytes)
        {
            return default;
        }
        try
        {
            if (!Node.Kept.TryGet(bytes, out EntryAnswer answer, out Stamp stamp))
            {
                (answer, stamp) = await Node.Kept.GetAsync(bytes, cancellationToken).ConfigureAwait(false);
            }
            return ResultOf<T>(key, answer, stamp, policy);
        }
        catch (HengeException)
        {
            Meters?.Troubled();
            return new CacheResult<T>(CacheState.Unknown, default, 0);
        }
    }

    /// <summary>What a caller is told of an answer of the ring; a value is kept where it may be.</summary>
    public CacheResult<T> ResultOf<T>(string key, in EntryAnswer answer, in Stamp stamp, Policy policy) =>
        answer.Status == EntryStatus.Done && !policy.IsExpired(answer)
            && TryTake(key, answer, stamp, policy, out T value)
            ? new CacheResult<T>(CacheState.Found, value, answer.Version) : default;

    /// <summary>
    /// Stores a value in place of what is there. One that cannot be cached leaves nothing there: what was is no longer
    /// what was set.
    /// </summary>
    /// <exception cref="HengeException">It was not stored, or that is not known.</exception>
    /// <exception cref="Exception">What the serializer throws; nothing was changed.</exception>
    public async ValueTask SetAsync<T>(string key, T value, Policy policy, CancellationToken cancellationToken)
    {
        if (BytesOf(key) is not { } bytes)
        {
            Meters?.Refused("key");
            return;
        }
        Codec<T> codec = Codecs.Of<T>();
        if (!codec.CanWrite(value))
        {
            Meters?.Refused("value");
            await RemoveAsync(key, cancellationToken).ConfigureAwait(false);
            return;
        }
        ReadOnlyMemory<byte> written = codec.Encode(value);
        if (!policy.WritesRing)
        {
            KeepOwn(key, value, written, policy, Node.Kept.Begin(bytes), Node.Tags.Begin());
            return;
        }
        EntryAnswer answer = await WriteAsync(bytes, written, policy.Write, cancellationToken).ConfigureAwait(false);
        First?.Remove(key);
        if (answer.Status != EntryStatus.Done)
        {
            Meters?.Refused("value");
            await DeleteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes what is stored under a key, here and in the ring; false when the ring had nothing.</summary>
    /// <exception cref="HengeException">It was not removed from the ring, or that is not known.</exception>
    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        First?.Remove(key);
        if (BytesOf(key) is not { } bytes)
        {
            return false;
        }
        EntryStatus status = await DeleteAsync(bytes, cancellationToken).ConfigureAwait(false);
        First?.Remove(key);
        return status == EntryStatus.Done;
    }

    /// <summary>Stores bytes in the ring.</summary>
    /// <exception cref="HengeException">They were not stored, or that is not known.</exception>
    public async ValueTask<EntryAnswer> WriteAsync(
        byte[] key, ReadOnlyMemory<byte> value, EntryWrite write, CancellationToken cancellationToken)
    {
        if (value.Length > Node.Entries.MaxValueBytes)
        {
            return new EntryAnswer(EntryStatus.TooLong);
        }
        return Node.Entries.TrySet(key, new ReadOnlySequence<byte>(value), write, out EntryAnswer answer)
            ? answer : await Node.Entries.SetAsync(key, value, write, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps what the ring answered, where this process may: who asks next finds it here.</summary>
    public void Keep<T>(string key, in EntryAnswer answer, in Stamp stamp, Policy policy, T value)
    {
        if (First is null || !policy.KeepsHere || stamp.Trust is null || answer.Provenance is not { } from
            || EntryAttributes.Read(from.Attributes).IdleMs != 0 || !First.HasRoomFor(key, answer.Value!.Length))
        {
            return;
        }
        long leftMs = policy.LocalMs(from.LeftMs);
        if (leftMs <= 0)
        {
            return;
        }
        bool isImmutable = Codecs.Of<T>().IsImmutable;
        First.Keep(new KeptEntry
        {
            Key = key,
            Object = isImmutable ? value : null,
            Bytes = isImmutable ? null : answer.Value,
            Stamp = stamp,
            // From before the owner was asked, so never too long.
            ExpiresAtMs = stamp.FetchedAtMs + leftMs,
            Version = answer.Version,
            Attributes = TagBlock.TagsOf(from.Attributes).IsEmpty ? [] : from.Attributes,
            Size = FirstLevel.SizeOf(key, answer.Value.Length),
        });
    }

    /// <summary>Keeps a value here alone, since the application wants it in no other place.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="value">The value.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="policy">How long, and with which tags.</param>
    /// <param name="begun">When it began to be made; what this process has written since goes before it.</param>
    /// <param name="version">What was invalidated after it concerns the value.</param>
    public void KeepOwn<T>(
        string key, T value, ReadOnlyMemory<byte> bytes, Policy policy, in Stamp begun, ulong version)
    {
        if (First is null || !policy.KeepsHere || !First.HasRoomFor(key, bytes.Length))
        {
            return;
        }
        long lifeMs = Math.Min(Policy.Milliseconds(policy.Expiration), Policy.Milliseconds(policy.LocalExpiration));
        bool isImmutable = Codecs.Of<T>().IsImmutable;
        First.Keep(new KeptEntry
        {
            Key = key,
            Object = isImmutable ? value : null,
            Bytes = isImmutable ? null : bytes.ToArray(),
            IsOwn = true,
            Version = version,
            Attributes = policy.Attributes,
            ExpiresAtMs = First.NowMs + lifeMs,
            Size = FirstLevel.SizeOf(key, bytes.Length),
        });
        // After it is there: who writes now finds it and removes it.
        if (Node.Kept.HasChanged(begun))
        {
            First.Remove(key);
        }
    }

    /// <summary>Reads what the ring answered, and keeps it; false where the serializer cannot.</summary>
    public bool TryTake<T>(
        string key, in EntryAnswer answer, in Stamp stamp, Policy policy, out T value)
    {
        if (!TryDecode(answer.Value!, out value))
        {
            return false;
        }
        Keep(key, answer, stamp, policy, value);
        return true;
    }

    /// <summary>The value of some bytes; false, and counted, where the serializer throws.</summary>
    public bool TryDecode<T>(ReadOnlyMemory<byte> bytes, out T value)
    {
        try
        {
            value = Codecs.Of<T>().Decode(bytes);
            return true;
        }
        catch (Exception exception)
        {
            // The application's code. What it cannot read was written by another, or is of another version: a miss.
            if (_unreadable.IsDue(Node.NowMs, out long others))
            {
                Log.ValueUnreadable(Node.Logger, typeof(T).Name, others, exception);
            }
            value = default!;
            return false;
        }
    }

    /// <summary>The bytes of a value; null, and counted, where there are none or the serializer throws.</summary>
    public ReadOnlyMemory<byte>? TryEncode<T>(T value)
    {
        Codec<T> codec = Codecs.Of<T>();
        if (!codec.CanWrite(value))
        {
            Meters?.Refused("value");
            return null;
        }
        try
        {
            return codec.Encode(value);
        }
        catch (Exception exception)
        {
            // The application's code. The value is served all the same.
            Meters?.Refused("serializer");
            if (_unwritable.IsDue(Node.NowMs, out long others))
            {
                Log.ValueUnwritable(Node.Logger, typeof(T).Name, others, exception);
            }
            return null;
        }
    }

    /// <summary>A factory failed, and what had expired was served.</summary>
    public void ServedFormer(Type type, Exception exception)
    {
        Meters?.ServedFormer();
        if (_formers.IsDue(Node.NowMs, out long others))
        {
            Log.FormerServed(Node.Logger, type.Name, others, exception);
        }
    }

    /// <summary>The key as the ring has it; null where it is empty or too long.</summary>
    public byte[]? BytesOf(string key) =>
        Keys.TryEncode(key, stackalloc byte[CacheKeys.OnStack], out ReadOnlySpan<byte> bytes) ? bytes.ToArray() : null;

    private async ValueTask<EntryStatus> DeleteAsync(byte[] key, CancellationToken cancellationToken)
    {
        if (!Node.Entries.TryDelete(key, default, out EntryAnswer answer))
        {
            answer = await Node.Entries.DeleteAsync(key, default, cancellationToken).ConfigureAwait(false);
        }
        return answer.Status;
    }

    private async Task FlyAsync<T>(FlightKey key, Flight<T> flight, Filling<T> filling)
    {
        using (flight)
        {
            await flight.FlyAsync(filling.RunAsync()).ConfigureAwait(false);
            _flights.End(key, flight);
        }
    }

    /// <summary>Reads a key whose slot this node serves.</summary>
    private bool TryReadHere<T>(
        string key, ReadOnlySpan<byte> bytes, Policy policy, out EntryAnswer answer, out T value)
    {
        answer = default;
        value = default!;
        try
        {
            return Node.Kept.TryGet(bytes, out answer, out Stamp stamp)
                && answer.Status == EntryStatus.Done
                && !policy.IsDue(answer)
                && TryTake(key, answer, stamp, policy, out value);
        }
        catch (HengeException)
        {
            // The node has stopped; the flight counts that and goes to the factory.
            return false;
        }
    }

    private bool TryOpen<T>(KeptEntry entry, out T value)
    {
        if (entry.Bytes is { } bytes)
        {
            return TryDecode(bytes, out value);
        }
        if (entry.Object is T kept)
        {
            value = kept;
            return true;
        }
        value = default!;
        return entry.Object is null && value is null;
    }
}
