using Henge.Storage.Arenas;
using Henge.Storage.Entries;
using Henge.Storage.Regions;

namespace Henge.Storage.Shards;

/// <summary>
/// Creates and changes the entries of one shard. A change that fits the entry's slot (or extent) is made in place;
/// else a new place is taken first, so that a write that finds no room leaves the old entry as it was.
/// The shard's lock guards it.
/// </summary>
internal sealed unsafe class EntryWriter
{
    private const long LoweredLimitExcess = 64;
    private const int EvictionsUnderLoweredLimit = 8;
    private readonly Shard _shard;
    private readonly StoreCore _core;
    private readonly Arena _arena;

    /// <summary>Creates the writer of a shard.</summary>
    public EntryWriter(Shard shard, StoreCore core)
    {
        _shard = shard;
        _core = core;
        _arena = shard.Arena;
    }

    /// <summary>
    /// Creates or replaces the entry of an open scope, with a given version, or with 0 a new one.
    /// </summary>
    public WriteResult Set(ref OpenEntry open, ReadOnlySpan<byte> key, EntryType type, ReadOnlySpan<byte> value,
        long expiresAtMs, ReadOnlySpan<byte> attributes, ulong version, long nowMs)
    {
        WriteResult result = Reserve(
            ref open, key, type, value.Length, expiresAtMs, attributes, version, nowMs, out Span<byte> room);
        if (result == WriteResult.Ok)
        {
            value.CopyTo(room);
        }
        return result;
    }

    /// <summary>As <see cref="Set"/>, but the value is for the caller to write: its bytes are what was there.</summary>
    public WriteResult Reserve(ref OpenEntry open, ReadOnlySpan<byte> key, EntryType type, int length,
        long expiresAtMs, ReadOnlySpan<byte> attributes, ulong version, long nowMs, out Span<byte> value)
    {
        var shape = new EntryShape(key.Length, attributes.Length, length, expiresAtMs != 0);
        ulong stored = _shard.VersionAt(in open);
        uint handle = open.Handle;
        bool isNew = handle == 0;
        if (isNew || !TryWriteInPlace(handle, shape, type))
        {
            if (!TryPlace(ref open, shape, takesExtent: true, out handle, out byte* extent))
            {
                value = default;
                return WriteResult.OutOfMemory;
            }
            Prepare(open.Handle, handle, shape, type, extent);
        }
        byte* payload = _arena[handle].Payload;
        key.CopyTo(new Span<byte>(payload, key.Length));
        attributes.CopyTo(new Span<byte>(payload + key.Length, attributes.Length));
        value = new Span<byte>(payload + key.Length + attributes.Length, length);
        uint old = open.Handle;
        if (old != handle)
        {
            Link(ref open, key, handle);
            if (old != 0)
            {
                FreeExtent(_arena[old]);
                _arena.Free(old);
            }
        }
        version = version != 0 ? version : _shard.NextVersion(nowMs, Math.Max(stored, _core.StaleUpTo(attributes)));
        Finish(open.Hash, handle, version, isNew, expiresAtMs, nowMs);
        return WriteResult.Ok;
    }

    /// <summary>Gives the value of an open scope's entry a new length, or creates it with zeros.</summary>
    public WriteResult Resize(ref OpenEntry open, ReadOnlySpan<byte> key, EntryType type, int length, long nowMs)
    {
        if (open.Handle == 0)
        {
            return Create(ref open, key, type, length, nowMs);
        }
        Entry entry = _arena[open.Handle];
        long expiresAtMs = entry.ExpiresAtMs;
        int oldLength = entry.ValueBytes;
        EntryShape shape = entry.Shape with { ValueBytes = length };
        if (!TryResizeInPlace(entry, shape))
        {
            if (!TryPlace(ref open, shape, takesExtent: true, out uint handle, out byte* extent))
            {
                return WriteResult.OutOfMemory;
            }
            Entry old = _arena[open.Handle];
            uint oldHandle = open.Handle;
            entry = Prepare(oldHandle, handle, shape, old.Type, extent);
            long shared = Math.Min(old.PayloadBytes, shape.PayloadBytes);
            Buffer.MemoryCopy(old.Payload, entry.Payload, shared, shared);
            Link(ref open, key, handle);
            FreeExtent(old);
            _arena.Free(oldHandle);
        }
        else
        {
            Unwheel(open.Handle);
            _shard.DataBytes += length - oldLength;
        }
        if (length > oldLength)
        {
            entry.Value[oldLength..].Clear();
        }
        Finish(open.Hash, open.Handle, _shard.NextVersion(nowMs, entry.Version), isNew: false, expiresAtMs, nowMs);
        return WriteResult.Ok;
    }

    /// <summary>Sets or with 0 takes away the expiry of an open scope's entry.</summary>
    public WriteResult SetExpiry(
        ref OpenEntry open, ReadOnlySpan<byte> key, long expiresAtMs, bool newVersion, long nowMs)
    {
        Entry old = _arena[open.Handle];
        ulong version = old.Version;
        if (old.HasExpiry == (expiresAtMs != 0))
        {
            Unwheel(open.Handle);
            version = newVersion ? _shard.NextVersion(nowMs, version) : version;
            Finish(open.Hash, open.Handle, version, isNew: false, expiresAtMs, nowMs);
            return WriteResult.Ok;
        }
        EntryShape shape = old.Shape with { HasExpiry = expiresAtMs != 0 };
        bool sharesExtent = old.External && shape.External;
        if (!TryPlace(ref open, shape, takesExtent: !sharesExtent, out uint handle, out byte* extent))
        {
            return WriteResult.OutOfMemory;
        }
        uint oldHandle = open.Handle;
        old = _arena[oldHandle];
        Entry entry = Prepare(oldHandle, handle, shape, old.Type, sharesExtent ? old.Payload : extent);
        if (!sharesExtent)
        {
            Buffer.MemoryCopy(old.Payload, entry.Payload, shape.PayloadBytes, shape.PayloadBytes);
            FreeExtent(old);
        }
        Link(ref open, key, handle);
        _arena.Free(oldHandle);
        version = newVersion ? _shard.NextVersion(nowMs, version) : version;
        Finish(open.Hash, handle, version, isNew: false, expiresAtMs, nowMs);
        return WriteResult.Ok;
    }

    /// <summary>Takes a slot, and a place in the index, for the tombstone of a key that is not there.</summary>
    public bool TryPlaceTombstone(ref OpenEntry open, EntryShape shape, out uint handle) =>
        TryTakeRoom(ref open, shape, takesExtent: false, out handle, out _);

    /// <summary>Bytes that an entry takes in slot and extent.</summary>
    public long CountedBytes(uint handle)
    {
        Entry entry = _arena[handle];
        return SizeClasses.SlotBytes(_arena.ClassOf(handle))
            + (entry.External ? ExtentSpace.CountedBytes(entry.PayloadBytes) : 0);
    }

    /// <summary>As above, with the entry's share of the index.</summary>
    public long MemoryBytes(uint handle) => CountedBytes(handle) + StoreOptions.IndexBytesPerEntry;

    /// <summary>Gives the extent that an entry owns back, if it has one.</summary>
    public void FreeExtent(Entry entry)
    {
        if (entry.External)
        {
            _core.Extents.Free(entry.Payload, entry.PayloadBytes);
        }
    }

    /// <summary>
    /// Whether an entry would get a slot of the same class in another shape; the slot itself may be borrowed.
    /// </summary>
    private static bool SameSlotClass(Entry entry, EntryShape shape) =>
        SizeClasses.ClassOf(entry.Shape.SlotBytes) == SizeClasses.ClassOf(shape.SlotBytes);

    private WriteResult Create(ref OpenEntry open, ReadOnlySpan<byte> key, EntryType type, int length, long nowMs)
    {
        var shape = new EntryShape(key.Length, 0, length, false);
        ulong stored = _shard.VersionAt(in open);
        if (!TryPlace(ref open, shape, takesExtent: true, out uint handle, out byte* extent))
        {
            return WriteResult.OutOfMemory;
        }
        Entry entry = Prepare(0, handle, shape, type, extent);
        key.CopyTo(new Span<byte>(entry.Payload, key.Length));
        entry.Value.Clear();
        Link(ref open, key, handle);
        Finish(open.Hash, handle, _shard.NextVersion(nowMs, stored), isNew: true, 0, nowMs);
        return WriteResult.Ok;
    }

    /// <summary>
    /// Gives an entry a new header where its slot and extent can stay; its payload is then to be written.
    /// </summary>
    private bool TryWriteInPlace(uint handle, EntryShape shape, EntryType type)
    {
        Entry entry = _arena[handle];
        byte* extent = null;
        if (!SameSlotClass(entry, shape) || entry.External != shape.External)
        {
            return false;
        }
        if (entry.External)
        {
            extent = entry.Payload;
            if (!ExtentSpace.SameClass(entry.PayloadBytes, shape.PayloadBytes)
                || !_core.Extents.TryResize(extent, entry.PayloadBytes, shape.PayloadBytes))
            {
                return false;
            }
        }
        Unwheel(handle);
        _shard.DataBytes += shape.ValueBytes - entry.ValueBytes;
        entry.WriteHeader(shape, type, extent);
        return true;
    }

    private bool TryResizeInPlace(Entry entry, EntryShape shape)
    {
        if (entry.External != shape.External)
        {
            return false;
        }
        bool fits = entry.External
            ? ExtentSpace.SameClass(entry.PayloadBytes, shape.PayloadBytes)
                && _core.Extents.TryResize(entry.Payload, entry.PayloadBytes, shape.PayloadBytes)
            : SameSlotClass(entry, shape);
        if (fits)
        {
            entry.SetValueBytes(shape.ValueBytes);
        }
        return fits;
    }

    /// <summary>Writes all of an entry but payload and deadline into a slot just taken.</summary>
    private Entry Prepare(uint oldHandle, uint handle, EntryShape shape, EntryType type, byte* extent)
    {
        Entry entry = _arena[handle];
        if (oldHandle != 0)
        {
            entry.InheritFrom(_arena[oldHandle]);
        }
        entry.WriteHeader(shape, type, extent);
        return entry;
    }

    /// <summary>
    /// Puts a new slot in the place of the scope's entry, or into the index. The old slot is the caller's.
    /// </summary>
    private void Link(ref OpenEntry open, ReadOnlySpan<byte> key, uint handle)
    {
        Entry entry = _arena[handle];
        _shard.DataBytes += entry.KeyBytes + entry.ValueBytes;
        if (open.Handle == 0)
        {
            if (open.Tombstone != 0)
            {
                _shard.Tombstones.Remove(open.Hash, open.Tombstone);
            }
            _shard.Insert(open.Hash, key, handle);
            return;
        }
        uint old = open.Handle;
        Unwheel(old);
        _shard.DataBytes -= _arena[old].KeyBytes + _arena[old].ValueBytes;
        _shard.Replace(open.Hash, old, handle);
    }

    private void Unwheel(uint handle)
    {
        if (_arena[handle].HasExpiry)
        {
            _shard.Wheel.Remove(handle);
        }
    }

    /// <summary>Ends every write: version, deadline, use.</summary>
    private void Finish(ulong hash, uint handle, ulong version, bool isNew, long expiresAtMs, long nowMs)
    {
        Entry entry = _arena[handle];
        entry.Version = version;
        if (expiresAtMs != 0)
        {
            entry.SetDeadline(Entry.KeptDeadline(expiresAtMs));
            _shard.Wheel.Add(handle, nowMs);
        }
        if (!isNew)
        {
            _shard.Touch(handle);
        }
        _shard.Sampler.Write(hash, handle);
    }

    /// <summary>
    /// Takes all that a new place for an entry needs, making room where there is none; the scope's own entry is kept.
    /// </summary>
    private bool TryPlace(ref OpenEntry open, EntryShape shape, bool takesExtent, out uint handle, out byte* extent)
    {
        bool isNew = open.Handle == 0;
        handle = 0;
        extent = null;
        if (isNew && !TryTakeEntry())
        {
            return false;
        }
        if (TryTakeRoom(ref open, shape, takesExtent, out handle, out extent))
        {
            return true;
        }
        if (isNew)
        {
            _core.Entries.Return(1);
        }
        return false;
    }

    private bool TryTakeRoom(ref OpenEntry open, EntryShape shape, bool takesExtent, out uint handle, out byte* extent)
    {
        handle = 0;
        extent = null;
        bool isNew = open.Handle == 0;
        bool external = shape.External && takesExtent;
        while (external && (extent = _core.Extents.TryTake(shape.PayloadBytes)) == null)
        {
            if (!_core.TryGiveBackInTurn(_shard, open.Handle, ExtentSpace.CountedBytes(shape.PayloadBytes)))
            {
                return false;
            }
        }
        while (isNew && !_shard.Index.TryReserve())
        {
            if (!_shard.Reclaimer.TryGiveBack(open.Handle) && !_core.TryGiveBackElsewhere(_shard))
            {
                return Fail(extent, shape.PayloadBytes);
            }
        }
        int sizeClass = SizeClasses.ClassOf(shape.SlotBytes);
        while (!_arena.TryTake(sizeClass, out handle) && !_arena.TryBorrow(sizeClass, out handle))
        {
            if (!_shard.Reclaimer.TryMakeRoom(open.Handle) && !_core.TryGiveBackElsewhere(_shard))
            {
                return Fail(extent, shape.PayloadBytes);
            }
        }
        return true;
    }

    private bool Fail(byte* extent, long payloadBytes)
    {
        if (extent != null)
        {
            _core.Extents.Free(extent, payloadBytes);
        }
        return false;
    }

    /// <summary>Counts a new entry, evicting one for it at the bound.</summary>
    private bool TryTakeEntry()
    {
        long excess = _core.Entries.Take();
        for (int i = excess > LoweredLimitExcess ? EvictionsUnderLoweredLimit : (int)Math.Min(excess, 1); i > 0; i--)
        {
            if (!_shard.Reclaimer.TryEvict(keep: 0) && !_core.TryEvictElsewhere(_shard))
            {
                _core.Entries.Return(1);
                return false;
            }
        }
        return true;
    }
}
