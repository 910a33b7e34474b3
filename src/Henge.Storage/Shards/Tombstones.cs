using Henge.Storage.Arenas;
using Henge.Storage.Entries;
using Henge.Storage.Eviction;
using Henge.Storage.Figures;

namespace Henge.Storage.Shards;

/// <summary>
/// The tombstones of one shard: what is left of a deleted key until every node has heard of it. They are in the index
/// and in a queue of their own from the earliest kept to the latest, outside eviction order and wheel. Together they
/// take at most a twentieth of the memory; what must go for this raises the floor of its slot, so that the deletion
/// still holds, for every older record of an unknown key of that slot. The shard's lock guards them.
/// </summary>
internal sealed unsafe class Tombstones
{
    private const int MemoryShare = 20;
    private readonly Shard _shard;
    private readonly StoreCore _core;
    private readonly Arena _arena;
    private EntryQueue _queue;

    /// <summary>Creates an empty set of tombstones.</summary>
    public Tombstones(Shard shard, StoreCore core)
    {
        _shard = shard;
        _core = core;
        _arena = shard.Arena;
    }

    /// <summary>The walks over <see cref="Next"/>.</summary>
    public WalkCursors Walks { get; } = new();

    /// <summary>How many there are.</summary>
    public long Count => _queue.Count;

    /// <summary>Bytes they take, their share of the index included.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many went before their time, and raised a floor.</summary>
    public long Dropped { get; private set; }

    private long Bound => _core.Memory.Limit / MemoryShare / _core.Shards.Length;

    /// <summary>The tombstone after <paramref name="handle"/> in the queue, the first for 0; 0 at the end.</summary>
    public uint Next(uint handle) => handle == 0 ? _queue.Oldest : _arena[handle].Newer;

    /// <summary>
    /// Deletes what an open scope stands on, with a new version; where nothing is, gives the deletion a version for the
    /// change sink, or because what is not here may still come.
    /// </summary>
    /// <returns>The version; 0 when nothing was deleted and nobody asks.</returns>
    public ulong Delete(ref OpenEntry open, ReadOnlySpan<byte> key, long nowMs)
    {
        _shard.Sampler.Forget(open.Hash);
        bool found = open.Handle != 0;
        bool isAsked = found || _core.ChangeSink is not null || _core.TombstonesForAbsent;
        if (!isAsked || (!found && key.Length > StoreOptions.MaxKeyBytes))
        {
            return 0;
        }
        ulong version = _shard.NextVersion(nowMs, _shard.VersionAt(in open));
        if (found)
        {
            _shard.Gone.Note(open.Hash, MissReason.Deleted);
        }
        Leave(ref open, key, version, found ? _core.KeepsTombstones : _core.TombstonesForAbsent);
        return version;
    }

    /// <summary>
    /// Makes the key of an open scope absent as of a version. A tombstone that is there already is kept, and raised.
    /// </summary>
    public void Leave(ref OpenEntry open, ReadOnlySpan<byte> key, ulong version, bool keeps)
    {
        _shard.Sampler.Forget(open.Hash);
        if (open.Handle != 0 && keeps)
        {
            Bury(open.Hash, open.Handle, version, inWheel: true);
        }
        else if (open.Handle != 0)
        {
            _shard.Delete(open.Hash, open.Handle);
        }
        else if (open.Tombstone != 0)
        {
            Raise(open.Tombstone, version);
        }
        else if (keeps)
        {
            Put(ref open, key, version);
        }
    }

    /// <summary>Turns a live entry into a tombstone.</summary>
    /// <param name="hash">Hash of its key.</param>
    /// <param name="handle">The entry.</param>
    /// <param name="version">Version of the deletion.</param>
    /// <param name="inWheel">False when the wheel has let it go already.</param>
    /// <returns>The tombstone; 0 when there is no place for it.</returns>
    public uint Bury(ulong hash, uint handle, ulong version, bool inWheel)
    {
        _shard.Unlink(handle, inWheel);
        uint tombstone = TryRewrite(hash, handle, version);
        if (tombstone == 0)
        {
            DropUnkept(_arena[handle].Key, version);
            _shard.Index.Remove(hash, handle);
            _shard.Writer.FreeExtent(_arena[handle]);
            _arena.Free(handle);
            _shard.Index.Shrink();
        }
        _shard.Buried(handle, tombstone);
        return tombstone != 0 && Add(tombstone) ? tombstone : 0;
    }

    /// <summary>A tombstone was copied, links included, to a new handle.</summary>
    public void Moved(uint oldHandle, uint newHandle)
    {
        _queue.Moved(_arena, newHandle);
        Walks.Move(oldHandle, newHandle);
    }

    /// <summary>Takes a tombstone out without a trace.</summary>
    public void Remove(ulong hash, uint handle)
    {
        Unqueue(handle);
        Bytes -= BytesOf(handle);
        _shard.Index.Remove(hash, handle);
        _shard.Buried(handle, 0);
        _arena.Free(handle);
    }

    /// <summary>
    /// Gives the tombstone kept longest up, and raises the floor of its slot; false when there is none.
    /// </summary>
    public bool TryDropOldest()
    {
        uint oldest = _queue.Oldest;
        if (oldest == 0)
        {
            return false;
        }
        Entry entry = _arena[oldest];
        DropUnkept(entry.Key, entry.Version);
        Remove(_core.Hasher.Hash(entry.Key), oldest);
        return true;
    }

    /// <summary>
    /// Takes away, from the earliest kept on, what every node knows, and what a lowered limit leaves no room for.
    /// </summary>
    /// <returns>True when more may be due.</returns>
    public bool Sweep(long nowMs, int budget)
    {
        bool removed = false;
        for (; budget > 0 && _queue.Oldest is var oldest and not 0; budget--)
        {
            Entry entry = _arena[oldest];
            if (entry.Version <= _core.TombstoneHorizon)
            {
                Remove(_core.Hasher.Hash(entry.Key), oldest);
                removed = true;
            }
            else if (Bytes > Bound)
            {
                TryDropOldest();
                removed = true;
            }
            else if (entry.Version > VersionClock.Farthest(nowMs) && _core.TombstoneHorizon != 0)
            {
                // It comes from a clock far ahead, and must not hold up all others for as long.
                Unqueue(oldest);
                _queue.Add(_arena, oldest);
            }
            else
            {
                return false;
            }
        }
        return removed && _queue.Oldest != 0;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _queue = default;
        Bytes = 0;
        Walks.Clear();
    }

    private void Raise(uint handle, ulong version)
    {
        _arena[handle].Version = version;
        Unqueue(handle);
        _queue.Add(_arena, handle);
    }

    /// <summary>Keeps a tombstone of a key of which nothing is here; evicts for it as any write does.</summary>
    private void Put(ref OpenEntry open, ReadOnlySpan<byte> key, ulong version)
    {
        var shape = new EntryShape(key.Length, 0, 0, HasExpiry: false);
        if (shape.External || !_shard.Writer.TryPlaceTombstone(ref open, shape, out uint handle))
        {
            DropUnkept(key, version);
            return;
        }
        _arena[handle].WriteTombstone(key, version);
        _shard.Index.Insert(open.Hash, handle);
        _shard.KeptTombstone(open.Hash, handle);
        Add(handle);
    }

    /// <summary>Takes in a new tombstone; false when the bound made it go at once, as the oldest of one.</summary>
    private bool Add(uint handle)
    {
        _queue.Add(_arena, handle);
        Bytes += BytesOf(handle);
        while (Bytes > Bound && TryDropOldest())
        {
        }
        return _queue.Newest == handle;
    }

    private void Unqueue(uint handle)
    {
        if (!Walks.IsEmpty)
        {
            Walks.Move(handle, _arena[handle].Older);
        }
        _queue.Remove(_arena, handle);
    }

    /// <summary>
    /// Rewrites an entry as a tombstone, in a slot of the right size if one is to be had without evicting, else in its
    /// own. A key that does not fit a slot is not worth keeping.
    /// </summary>
    /// <returns>The tombstone; 0 when the entry is as it was, because there is no place for one.</returns>
    private uint TryRewrite(ulong hash, uint handle, ulong version)
    {
        Entry entry = _arena[handle];
        var shape = new EntryShape(entry.KeyBytes, 0, 0, HasExpiry: false);
        if (shape.External)
        {
            return 0;
        }
        int wanted = SizeClasses.ClassOf(shape.SlotBytes);
        int held = _arena.ClassOf(handle);
        byte* extent = entry.External ? entry.Payload : null;
        long extentBytes = entry.PayloadBytes;
        uint tombstone = handle;
        if (wanted != held && _arena.TryTake(wanted, out uint smaller))
        {
            tombstone = smaller;
            _arena[smaller].WriteTombstone(entry.Key, version);
            _shard.Index.Replace(hash, handle, smaller);
            _arena.Free(handle);
        }
        else if (shape.SlotBytes <= SizeClasses.SlotBytes(held))
        {
            entry.WriteTombstone(entry.Key, version);
        }
        else
        {
            return 0;
        }
        if (extent != null)
        {
            _core.Extents.Free(extent, extentBytes);
        }
        return tombstone;
    }

    private void DropUnkept(ReadOnlySpan<byte> key, ulong version)
    {
        Dropped++;
        if (_core.Slots is { } slots)
        {
            slots.RaiseFloor(slots.SlotOf(key), version);
        }
    }

    private long BytesOf(uint handle) =>
        SizeClasses.SlotBytes(_arena.ClassOf(handle)) + StoreOptions.IndexBytesPerEntry;
}
