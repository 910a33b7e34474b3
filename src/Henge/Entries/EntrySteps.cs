using System.Buffers;

using Henge.Cluster.Members;
using Henge.Entries.Counters;
using Henge.Entries.Kept;
using Henge.Entries.Leases;
using Henge.Storage;

namespace Henge.Entries;

/// <summary>
/// The verbs, carried out in the store: each opens its key once and is one step. Whoever calls decides that this node
/// may; see <see cref="NodeEntries"/> and <see cref="EntryOperation"/>.
/// </summary>
internal static class EntrySteps
{
    /// <summary>Reads a value.</summary>
    /// <param name="store">The entries.</param>
    /// <param name="key">The key.</param>
    /// <param name="uses">Whether it counts, moves the entry in the eviction order and its expiry.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <param name="tellsCopies">Whether the copies are to be told (<see cref="SlidingUse"/>).</param>
    public static EntryAnswer Get(Store store, ReadOnlySpan<byte> key, bool uses, long nowMs, out bool tellsCopies)
    {
        using EntryScope entry = store.Open(key, nowMs);
        EntryStatus status = Look(entry, uses, nowMs, out tellsCopies);
        return status == EntryStatus.Done
            ? new EntryAnswer(status, entry.Version, entry.ExpiresAtMs, entry.Value.ToArray())
            : new EntryAnswer(status);
    }

    /// <summary>Reads a value for a first level whose interest is noted already; it counts as a use.</summary>
    public static EntryAnswer GetToKeep(
        Store store, ReadOnlySpan<byte> key, MemberId owner, ulong generation, long nowMs, out bool tellsCopies)
    {
        using EntryScope entry = store.Open(key, nowMs);
        EntryStatus status = Look(entry, uses: true, nowMs, out tellsCopies);
        if (status != EntryStatus.Done)
        {
            return new EntryAnswer(status);
        }
        return new EntryAnswer(
            status, entry.Version, entry.ExpiresAtMs, entry.Value.ToArray(),
            Completed(new Provenance(owner, generation, LeftMs: -1, Attributes: []), entry, nowMs));
    }

    /// <summary>
    /// Reads a value into room that the caller has. Where that is too small nothing is counted or moved, and
    /// <paramref name="length"/> says how much it must be: the caller's buffer is never asked while the entry is held.
    /// </summary>
    public static EntryAnswer Get(
        Store store, ReadOnlySpan<byte> key, Span<byte> room, long nowMs, out int length, out bool tellsCopies)
    {
        tellsCopies = false;
        using EntryScope entry = store.Open(key, nowMs);
        length = entry.Type == EntryType.String ? entry.Value.Length : 0;
        if (length > room.Length)
        {
            return default;
        }
        EntryStatus status = Look(entry, uses: true, nowMs, out tellsCopies);
        if (status != EntryStatus.Done)
        {
            return new EntryAnswer(status);
        }
        entry.Value.CopyTo(room);
        return new EntryAnswer(status, entry.Version, entry.ExpiresAtMs);
    }

    /// <summary>Reads a value, or where there is none takes the lease of the key.</summary>
    public static EntryAnswer GetOrLease(
        Store store, LeaseTable leases, ReadOnlySpan<byte> key, EntryFlags flags, in LeaseRequest request,
        Provenance? from, long nowMs, out bool tellsCopies)
    {
        leases.HearChanges();
        bool uses = (flags & EntryFlags.Peeks) == 0;
        bool wantsValue = (flags & EntryFlags.WithoutValue) == 0;
        using EntryScope entry = store.Open(key, nowMs);
        EntryStatus status = Look(entry, uses && (wantsValue || !entry.Found), nowMs, out tellsCopies);
        return status switch
        {
            EntryStatus.Missing => leases.Take(key, request) with { WhyMissing = entry.WhyMissing },
            EntryStatus.Done => new EntryAnswer(
                status, entry.Version, entry.ExpiresAtMs, wantsValue ? entry.Value.ToArray() : null,
                from is null ? null : Completed(from, entry, nowMs)),
            _ => new EntryAnswer(status),
        };
    }

    /// <summary>Stores a value, in one piece or several.</summary>
    /// <param name="store">The entries.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="write">Lifetime and condition.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <param name="leases">Who holds leases; null: nobody.</param>
    public static EntryAnswer Set(
        Store store, ReadOnlySpan<byte> key, in ReadOnlySequence<byte> value, in EntryWrite write, long nowMs,
        LeaseTable? leases = null)
    {
        if (value.Length > store.MaxValueBytes)
        {
            return new EntryAnswer(EntryStatus.TooLong);
        }
        Lifetime lifetime = write.Lifetime;
        ReadOnlySpan<byte> block = EntryAttributes.WriteFor(
            write, nowMs, stackalloc byte[EntryAttributes.MaxLength]);
        // Asked for before the entry is held, since the memory may be the caller's own kind.
        ReadOnlySpan<byte> single = value.IsSingleSegment ? value.FirstSpan : default;
        scoped EntryScope entry = store.Open(key, nowMs);
        try
        {
            if (write.Condition == EntryCondition.IfLeased && leases?.Holds(key, new LeaseToken(write.Version)) != true)
            {
                return new EntryAnswer(EntryStatus.StaleLease, entry.Version, entry.ExpiresAtMs);
            }
            if (!Holds(entry, write) || (write.Begun != 0 && store.Staleness?.IsStale(block, write.Begun) == true))
            {
                return new EntryAnswer(EntryStatus.Refused, entry.Version, entry.ExpiresAtMs);
            }
            WriteResult result = value.IsSingleSegment
                ? entry.Set(EntryType.String, single, lifetime.Expiry(nowMs), block)
                : SetPieces(entry, value, lifetime.Expiry(nowMs), block);
            return Of(result, entry);
        }
        finally
        {
            entry.Dispose();
        }
    }

    /// <summary>Adds to a value that is a number, and answers with the sum in decimal.</summary>
    /// <param name="store">The entries.</param>
    /// <param name="key">The key.</param>
    /// <param name="change">What is done.</param>
    /// <param name="write">Lifetime and tags of a counter that is not there yet; those of another stay.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public static EntryAnswer Add(
        Store store, ReadOnlySpan<byte> key, in CounterChange change, in EntryWrite write, long nowMs)
    {
        ReadOnlySpan<byte> block = EntryAttributes.WriteFor(
            write, nowMs, stackalloc byte[EntryAttributes.MaxLength]);
        using EntryScope entry = store.Open(key, nowMs);
        EntryStatus status = Counter.Change(entry, change, write.Lifetime.Expiry(nowMs), block, out _);
        return new EntryAnswer(
            status, entry.Version, entry.ExpiresAtMs, status == EntryStatus.Done ? entry.Value.ToArray() : null);
    }

    /// <summary>Deletes an entry of any type.</summary>
    public static EntryAnswer Delete(Store store, ReadOnlySpan<byte> key, in EntryWrite write, long nowMs)
    {
        using EntryScope entry = store.Open(key, nowMs);
        if (!Holds(entry, write))
        {
            return new EntryAnswer(EntryStatus.Refused, entry.Version, entry.ExpiresAtMs);
        }
        return new EntryAnswer(entry.Delete() ? EntryStatus.Done : EntryStatus.Missing);
    }

    /// <summary>Uses an entry of any type without reading it.</summary>
    public static EntryAnswer Touch(Store store, ReadOnlySpan<byte> key, long nowMs, out bool tellsCopies)
    {
        tellsCopies = false;
        using EntryScope entry = store.Open(key, nowMs);
        if (!entry.Found)
        {
            return new EntryAnswer(EntryStatus.Missing);
        }
        entry.Touch();
        tellsCopies = SlidingUse.Apply(entry, EntryAttributes.Read(entry.Attributes), nowMs);
        return new EntryAnswer(EntryStatus.Done, entry.Version, entry.ExpiresAtMs);
    }

    /// <summary>Tells the copies of an entry's expiry; in a lane, which takes down what changes.</summary>
    public static EntryAnswer TellCopies(Store store, ReadOnlySpan<byte> key, long nowMs)
    {
        using EntryScope entry = store.Open(key, nowMs);
        SlidingUse.Tell(entry);
        return new EntryAnswer(
            entry.Found ? EntryStatus.Done : EntryStatus.Missing, entry.Version, entry.ExpiresAtMs);
    }

    private static Provenance Completed(Provenance begun, scoped in EntryScope entry, long nowMs) => begun with
    {
        LeftMs = entry.ExpiresAtMs == 0 ? -1 : Math.Max(0, entry.ExpiresAtMs - nowMs),
        Attributes = entry.Attributes.ToArray(),
    };

    private static EntryStatus Look(scoped in EntryScope entry, bool uses, long nowMs, out bool tellsCopies)
    {
        tellsCopies = false;
        if (!(uses ? entry.Read() : entry.Found))
        {
            return EntryStatus.Missing;
        }
        if (entry.Type != EntryType.String)
        {
            return EntryStatus.WrongType;
        }
        tellsCopies = uses && SlidingUse.Apply(entry, EntryAttributes.Read(entry.Attributes), nowMs);
        return EntryStatus.Done;
    }

    private static bool Holds(scoped in EntryScope entry, in EntryWrite write) => write.Condition switch
    {
        EntryCondition.IfAbsent => !entry.Found,
        EntryCondition.IfVersion => entry.Found && entry.Version == write.Version,
        _ => true,
    };

    /// <summary>Pieces whose memory fails half way leave no entry, rather than one that is torn.</summary>
    private static WriteResult SetPieces(
        scoped in EntryScope entry, in ReadOnlySequence<byte> value, long expiresAtMs, ReadOnlySpan<byte> attributes)
    {
        WriteResult result = entry.Reserve(
            EntryType.String, (int)value.Length, expiresAtMs, attributes, out Span<byte> room);
        if (result != WriteResult.Ok)
        {
            return result;
        }
        bool isWhole = false;
        try
        {
            value.CopyTo(room);
            isWhole = true;
        }
        finally
        {
            if (!isWhole)
            {
                entry.Delete();
            }
        }
        return result;
    }

    private static EntryAnswer Of(WriteResult result, scoped in EntryScope entry) => result switch
    {
        WriteResult.Ok => new EntryAnswer(EntryStatus.Done, entry.Version, entry.ExpiresAtMs),
        WriteResult.TooLarge => new EntryAnswer(EntryStatus.TooLong, entry.Version, entry.ExpiresAtMs),
        _ => new EntryAnswer(EntryStatus.NoRoom, entry.Version, entry.ExpiresAtMs),
    };
}
