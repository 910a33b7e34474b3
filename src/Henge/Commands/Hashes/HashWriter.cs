using System.Buffers;
using System.Security.Cryptography;

using Henge.Storage;

namespace Henge.Commands.Hashes;

/// <summary>
/// Changes the hash in an open entry. Every change leaves a whole hash behind; one that the store refuses leaves the
/// entry as it was. Small hashes are kept without spare room (<see cref="Trim"/> takes it back at the end of a
/// command), large ones with up to a quarter, so that building one of n fields costs O(n) in all.
/// </summary>
internal static class HashWriter
{
    /// <summary>Makes room for fields that a command is about to set, so that it resizes a small hash once.</summary>
    public static WriteResult Reserve(ref EntryScope scope, int fields, long bytes)
    {
        int held = scope.Found ? HashValue.Count(scope.Value) : 0;
        if (HashValue.IsIndexed(scope.Value))
        {
            return WriteResult.Ok;
        }
        long total = (scope.Found ? CompactHash.End(scope.Value) : CompactHash.HeaderBytes) + bytes;
        if (!CompactHash.Fits(held + fields, total))
        {
            return WriteResult.Ok;
        }
        return TryResize(ref scope, total);
    }

    /// <summary>Sets a field; the entry becomes a hash if it was not found. Not for entries of another type.</summary>
    public static WriteResult Set(
        ref EntryScope scope, scoped ReadOnlySpan<byte> field, scoped ReadOnlySpan<byte> value, out bool added)
    {
        added = false;
        if (!HashValue.IsIndexed(scope.Value))
        {
            if (TrySetCompact(ref scope, field, value, out added, out WriteResult result))
            {
                return result;
            }
            result = Rebuild(ref scope, HashRecord.Size(field, value));
            if (result != WriteResult.Ok)
            {
                return result;
            }
        }
        return SetIndexed(ref scope, field, value, out added);
    }

    /// <summary>Deletes a field, and with the last one the entry; false when it was not there.</summary>
    public static bool Delete(ref EntryScope scope, ReadOnlySpan<byte> field)
    {
        Span<byte> bytes = scope.WritableValue;
        if (HashValue.IsIndexed(bytes))
        {
            int slot = IndexedHash.FindSlot(bytes, field);
            if (slot < 0)
            {
                return false;
            }
            IndexedHash.Delete(bytes, slot);
        }
        else
        {
            int at = bytes.Length == 0 ? -1 : CompactHash.Find(bytes, field);
            if (at < 0)
            {
                return false;
            }
            CompactHash.Delete(bytes, at, CompactHash.End(bytes));
        }
        scope.Modified();
        if (HashValue.Count(scope.Value) == 0)
        {
            scope.Delete();
        }
        return true;
    }

    /// <summary>
    /// Gives back what deletions and replacements have left over, at the end of a command. It may fail for want of
    /// memory to move to, and then the room simply stays.
    /// </summary>
    public static void Trim(ref EntryScope scope)
    {
        if (!scope.Found)
        {
            return;
        }
        if (HashValue.IsIndexed(scope.Value))
        {
            if (IndexedHash.IsSparse(scope.Value))
            {
                Rebuild(ref scope, extraBytes: 0);
            }
            return;
        }
        int end = CompactHash.End(scope.Value);
        if (end < scope.Value.Length)
        {
            scope.Resize(EntryType.Hash, end, out _);
        }
    }

    private static bool TrySetCompact(
        ref EntryScope scope,
        scoped ReadOnlySpan<byte> field,
        scoped ReadOnlySpan<byte> value,
        out bool added,
        out WriteResult result)
    {
        ReadOnlySpan<byte> old = scope.Value;
        int at = old.Length == 0 ? -1 : CompactHash.Find(old, field);
        int end = old.Length == 0 ? CompactHash.HeaderBytes : CompactHash.End(old);
        int fields = HashValue.Count(old) + (at < 0 ? 1 : 0);
        long total = end + HashRecord.Size(field, value) - (at < 0 ? 0 : HashRecord.Read(old, at).Length);
        added = at < 0;
        result = WriteResult.Ok;
        if (!CompactHash.Fits(fields, total))
        {
            return false;
        }
        bool resized = total > old.Length;
        if (resized)
        {
            result = TryResize(ref scope, total);
            if (result != WriteResult.Ok)
            {
                added = false;
                return true;
            }
        }
        Span<byte> bytes = scope.WritableValue;
        if (at < 0)
        {
            CompactHash.Append(bytes, end, field, value);
        }
        else
        {
            CompactHash.Replace(bytes, at, end, field, value);
        }
        scope.Modified();
        return true;
    }

    private static WriteResult SetIndexed(
        ref EntryScope scope, scoped ReadOnlySpan<byte> field, scoped ReadOnlySpan<byte> value, out bool added)
    {
        added = false;
        int slot = IndexedHash.FindSlot(scope.Value, field);
        if (slot >= 0)
        {
            HashRecord record = HashRecord.Read(scope.Value, IndexedHash.SlotAt(scope.Value, slot));
            if (record.Value.Length == value.Length)
            {
                value.CopyTo(scope.WritableValue[record.ValueStart..]);
                scope.Modified();
                return WriteResult.Ok;
            }
        }
        WriteResult result = MakeRoom(ref scope, HashRecord.Size(field, value), isNew: slot < 0);
        if (result != WriteResult.Ok)
        {
            return result;
        }
        Span<byte> bytes = scope.WritableValue;
        if (slot >= 0)
        {
            // Making room may have rebuilt the table.
            IndexedHash.Replace(bytes, IndexedHash.FindSlot(bytes, field), field, value);
        }
        else
        {
            IndexedHash.Append(bytes, field, value);
            added = true;
        }
        scope.Modified();
        return WriteResult.Ok;
    }

    private static WriteResult MakeRoom(ref EntryScope scope, long size, bool isNew)
    {
        ReadOnlySpan<byte> bytes = scope.Value;
        if (isNew && IndexedHash.IsFull(bytes))
        {
            return Rebuild(ref scope, size);
        }
        long needed = IndexedHash.Tail(bytes) + size;
        if (needed <= bytes.Length)
        {
            return WriteResult.Ok;
        }
        if (IndexedHash.IsSparse(bytes))
        {
            return Rebuild(ref scope, size);
        }
        return ResizeGenerously(ref scope, needed, needed + needed / 4);
    }

    /// <summary>Writes the live records anew into the form of large hashes, with room for more.</summary>
    private static WriteResult Rebuild(ref EntryScope scope, long extraBytes)
    {
        int length = scope.Value.Length;
        byte[] copy = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            scope.Value.CopyTo(copy);
            ReadOnlySpan<byte> old = copy.AsSpan(0, length);
            bool wasIndexed = HashValue.IsIndexed(old);
            int fields = HashValue.Count(old) + 1;
            long live = wasIndexed
                ? IndexedHash.Tail(old) - IndexedHash.RecordsAt(old) - IndexedHash.Holes(old)
                : CompactHash.End(old) - CompactHash.HeaderBytes;
            long needed = IndexedHash.OverheadFor(fields) + live + extraBytes;
            WriteResult result = ResizeGenerously(ref scope, needed, needed + live / 4);
            if (result != WriteResult.Ok)
            {
                return result;
            }
            Span<byte> bytes = scope.WritableValue;
            bytes.Clear();
            IndexedHash.Create(bytes, fields, wasIndexed ? IndexedHash.Seed(old) : NewSeed());
            foreach (HashRecord record in HashValue.All(old))
            {
                IndexedHash.Append(bytes, record.Field, record.Value);
            }
            scope.Modified();
            return WriteResult.Ok;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private static ulong NewSeed()
    {
        Span<byte> seed = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(seed);
        return BitConverter.ToUInt64(seed);
    }

    private static WriteResult ResizeGenerously(ref EntryScope scope, long needed, long wanted)
    {
        WriteResult result = TryResize(ref scope, wanted);
        return result == WriteResult.Ok ? result : TryResize(ref scope, needed);
    }

    /// <summary>Resizes, and makes the bytes of an entry that was not found an empty hash.</summary>
    private static WriteResult TryResize(ref EntryScope scope, long length)
    {
        if (length > int.MaxValue)
        {
            return WriteResult.TooLarge;
        }
        bool isNew = !scope.Found;
        WriteResult result = scope.Resize(EntryType.Hash, (int)length, out Span<byte> bytes);
        if (result == WriteResult.Ok && isNew)
        {
            CompactHash.Create(bytes);
        }
        return result;
    }
}
