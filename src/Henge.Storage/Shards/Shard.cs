using System.Runtime.CompilerServices;

using Henge.Storage.Arenas;
using Henge.Storage.Drops;
using Henge.Storage.Entries;
using Henge.Storage.Eviction;
using Henge.Storage.Expiry;
using Henge.Storage.Figures;
using Henge.Storage.Indexing;
using Henge.Storage.Regions;
using Henge.Storage.Sizing;
using Henge.Storage.Tops;
using Henge.Storage.Visits;

namespace Henge.Storage.Shards;

/// <summary>
/// One stripe of the store: index, arena, eviction order and wheel under one lock. Everything that links to an entry
/// is told here when the entry is deleted or moved. All members but <see cref="Lock"/> and the counters need the lock.
/// </summary>
internal sealed class Shard : IDisposable
{
    /// <summary>What the shard's fixed tables count in the budget.</summary>
    public const int FixedBytes = 16 * 1024;

    /// <summary>Guards the shard.</summary>
    public ShardLock Lock;

    /// <summary>Gives versions.</summary>
    public VersionClock Versions;

    /// <summary>Tells <see cref="Sizing"/> and <see cref="Tops"/> what happens.</summary>
    public ShardSampler Sampler;

    private readonly StoreCore _core;
    private TouchRing _touched;
    private OpenScopes _open = new();

    /// <summary>Creates an empty shard.</summary>
    public Shard(StoreCore core, int number)
    {
        _core = core;
        Number = number;
        long stagger = (number * NativeMemoryRegion.LargePageBytes >> core.ShardBits) & -SizeClasses.PageBytes;
        Arena = new Arena(core.Memory, core.AddressBytes, core.LargePages, stagger);
        Index = new HashIndex(Arena, core.Hasher, core.ShardBits,
            new BucketSpace(core.Memory, core.AddressBytes * 3 / 8, core.LargePages, stagger),
            new BucketSpace(core.Memory, core.AddressBytes * 3 / 16, core.LargePages, stagger));
        Order = core.Eviction switch
        {
            EvictionPolicy.S3Fifo => new S3FifoOrder(Arena, core.Hasher, core.Memory),
            EvictionPolicy.TinyLfu => new TinyLfuOrder(Arena, core.Hasher, core.Memory),
            _ => new LruOrder(Arena),
        };
        Wheel = new TimingWheel(Arena);
        Reclaimer = new Reclaimer(this, core);
        Writer = new EntryWriter(this, core);
        Reader = new ShardReader(this, core);
        Tombstones = new Tombstones(this, core);
        Merger = new RecordMerger(this, core);
        Dropper = new ShardDropper(this, core);
        Versions = new VersionClock(core.VersionSalt, core.VersionsIgnoreStored);
        NextVictimShard = number + 1;
        Gone = new Departures(core.DepartureBytes);
        Sizing = new ShardSizing(core.SizingBytes, 1 << core.ShardBits, core.Eviction);
        Tops = new ShardTops(core.NotesTops, core.Hasher.Hash(BitConverter.GetBytes(number)));
        Sampler = new ShardSampler(this, core);
        if (!core.Memory.TryTake(FixedBytes + Gone.Bytes + Sizing.Bytes))
        {
            throw new InsufficientMemoryException("The memory limit is too small for the store's tables.");
        }
    }

    /// <summary>Place in the order of locking.</summary>
    public int Number { get; }

    /// <summary>The slots.</summary>
    public Arena Arena { get; }

    /// <summary>Keys to handles.</summary>
    public HashIndex Index { get; }

    /// <summary>Who goes next.</summary>
    public IEvictionOrder Order { get; }

    /// <summary>Deadlines.</summary>
    public TimingWheel Wheel { get; }

    /// <summary>Makes room.</summary>
    public Reclaimer Reclaimer { get; }

    /// <summary>Creates and changes entries.</summary>
    public EntryWriter Writer { get; }

    /// <summary>Lets visitors see the entries.</summary>
    public ShardReader Reader { get; }

    /// <summary>What is left of deleted keys.</summary>
    public Tombstones Tombstones { get; }

    /// <summary>Takes over what other nodes have.</summary>
    public RecordMerger Merger { get; }

    /// <summary>Deletes many entries.</summary>
    public ShardDropper Dropper { get; }

    /// <summary>Which shard is asked next when this one needs memory from others.</summary>
    public int NextVictimShard { get; set; }

    /// <summary>Bytes given up beyond this shard's part, for <see cref="StoreCore.TryGiveBackInTurn"/>.</summary>
    public long GivenAhead { get; set; }

    /// <summary>Reads that found their key.</summary>
    public long Hits { get; private set; }

    /// <summary>Why entries went, and reads that did not find theirs.</summary>
    public Departures Gone { get; }

    /// <summary>Simulates other sizes of memory over some of the keys.</summary>
    public ShardSizing Sizing { get; }

    /// <summary>Its keys in most use, and its largest entries.</summary>
    public ShardTops Tops { get; }

    /// <summary>Entries evicted.</summary>
    public long Evicted { get; private set; }

    /// <summary>Entries whose deadline passed, or that were stale.</summary>
    public long Expired { get; private set; }

    /// <summary>Bytes of keys and values.</summary>
    public long DataBytes { get; set; }

    /// <summary>Handle that an open scope stands on; 0 when its key has no entry.</summary>
    public uint HandleOf(int scope) => _open[scope].Handle;

    /// <summary>What an open scope stands on.</summary>
    public ref OpenEntry OpenAt(int scope) => ref _open[scope];

    /// <summary>Enters the lock and opens a scope on a key's live entry; returns the scope's place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Open(ulong hash, ReadOnlySpan<byte> key, long nowMs)
    {
        Lock.Enter();
        uint handle = Index.Find(hash, key);
        uint tombstone = 0;
        if (handle != 0 && Arena[handle].MayBeGone)
        {
            tombstone = FindGone(hash, ref handle, nowMs);
        }
        return _open.Push(hash, handle, tombstone);
    }

    /// <summary>As <see cref="Open"/>, but an entry past its deadline stays, and is what the scope stands on.</summary>
    public int OpenAsIs(ulong hash, ReadOnlySpan<byte> key)
    {
        Lock.Enter();
        uint handle = Index.Find(hash, key);
        return handle != 0 && Arena[handle].IsTombstone ? _open.Push(hash, 0, handle) : _open.Push(hash, handle, 0);
    }

    /// <summary>
    /// Closes the scope opened last, tells the change sink if it has changed <paramref name="key"/>, and leaves the
    /// lock.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Close(ReadOnlySpan<byte> key)
    {
        if (_open.Last.Change != 0)
        {
            CloseChanged(key);
            return;
        }
        _open.Pop();
        Lock.Exit();
    }

    /// <summary>Counts a read of an open scope and notes the use.</summary>
    public bool Read(int scope, bool countsAsUse)
    {
        ref OpenEntry open = ref _open[scope];
        uint handle = open.Handle;
        Sampler.Read(in open, countsAsUse);
        if (handle == 0)
        {
            Gone.CountMiss(in open, _core.IsLoading);
            return false;
        }
        Hits++;
        if (countsAsUse)
        {
            Touch(handle);
        }
        return true;
    }

    /// <summary>Notes a use of an entry.</summary>
    public void Touch(uint handle)
    {
        if (_touched.IsFull)
        {
            ApplyTouches();
        }
        _touched.Add(handle);
    }

    /// <summary>A version above all that the shard gave before and above <paramref name="stored"/>.</summary>
    public ulong NextVersion(long nowMs, ulong stored) => Versions.Next(nowMs, stored);

    /// <summary>The version of what an open scope stands on or has deleted; 0 when there is none.</summary>
    public ulong VersionAt(in OpenEntry open) =>
        (open.Handle | open.Tombstone) is var known and not 0 ? Arena[known].Version : open.Change;

    /// <summary>Brings the eviction order up to date.</summary>
    public void ApplyTouches() => _touched.Apply(Order);

    /// <summary>The entry to evict next, but never <paramref name="keep"/>; 0 when there is none.</summary>
    public uint Victim(uint keep)
    {
        ApplyTouches();
        return Order.Victim(keep);
    }

    /// <summary>Takes a new entry, written but for its links, into index and order. Its room is reserved.</summary>
    public void Insert(ulong hash, ReadOnlySpan<byte> key, uint handle)
    {
        Index.Insert(hash, handle);
        _core.Slots?.Add(key);
        Order.Add(handle);
        if (!_touched.IsEmpty && Order.OrdersByUse)
        {
            // Uses from before wait in the ring; the new entry goes behind them to end up the newest.
            Touch(handle);
        }
        _open.Inserted(hash, handle);
    }

    /// <summary>Puts a copy in the place of an entry in all links but the wheel's; its slot stays.</summary>
    public void Replace(ulong hash, uint oldHandle, uint newHandle)
    {
        Index.Replace(hash, oldHandle, newHandle);
        Order.Moved(newHandle);
        Rename(oldHandle, newHandle);
    }

    /// <summary>Deletes an entry without a trace.</summary>
    public void Delete(ulong hash, uint handle)
    {
        Drop(hash, handle);
        Index.Shrink();
    }

    /// <summary>Evicts an entry.</summary>
    public void Evict(uint handle)
    {
        ulong hash = _core.Hasher.Hash(Arena[handle].Key);
        Release(hash, handle, inWheel: true);
        Gone.Note(hash, MissReason.Evicted);
        Evicted++;
    }

    /// <summary>Takes away an entry that has expired; the wheel has let go of it.</summary>
    public void Expire(uint handle) => Expire(_core.Hasher.Hash(Arena[handle].Key), handle, false, MissReason.Expired);

    /// <summary>Takes a live entry out of all that tombstones are not in.</summary>
    public void Unlink(uint handle, bool inWheel)
    {
        Entry entry = Arena[handle];
        if (inWheel && entry.HasExpiry)
        {
            Wheel.Remove(handle);
        }
        Order.Remove(handle);
        DataBytes -= entry.KeyBytes + entry.ValueBytes;
        _core.Slots?.Remove(entry.Key);
        _core.Entries.Return(1);
    }

    /// <summary>
    /// An entry became a tombstone at another handle or in place, or a tombstone went (0): scopes on its key stand on
    /// that.
    /// </summary>
    public void Buried(uint oldHandle, uint tombstone)
    {
        _touched.Replace(oldHandle, 0);
        _open.Buried(oldHandle, tombstone);
    }

    /// <summary>A key without entry got a tombstone: scopes on it stand on that.</summary>
    public void KeptTombstone(ulong hash, uint tombstone) => _open.Kept(hash, tombstone);

    /// <summary>Deletes every entry and tombstone; the caller empties the extents with all shards locked.</summary>
    public void Clear()
    {
        _core.Entries.Return(Index.Count - Tombstones.Count);
        Tombstones.Clear();
        Index.Clear();
        Arena.Clear();
        Order.Clear();
        Wheel.Clear();
        _touched.Clear();
        GivenAhead = 0;
        DataBytes = 0;
        Gone.Clear();
        Sizing.Clear();
        _open.Clear();
    }

    /// <summary>Zeroes the counters.</summary>
    public void ResetStatistics()
    {
        Hits = Evicted = Expired = 0;
        Gone.ResetStatistics();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Index.Dispose();
        Arena.Dispose();
    }

    /// <summary>Looks at what may be gone: gives a key's tombstone, takes away what has expired or is stale.</summary>
    private uint FindGone(ulong hash, ref uint handle, long nowMs)
    {
        uint found = handle;
        Entry entry = Arena[found];
        if (!entry.IsTombstone && !_core.HasEnded(entry, nowMs))
        {
            return 0;
        }
        handle = 0;
        return entry.IsTombstone ? found
            : Expire(hash, found, true, entry.IsExpired(nowMs) ? MissReason.Expired : MissReason.Invalidated);
    }

    /// <summary>Deletes an entry that has expired or is stale; returns the tombstone that it leaves, or 0.</summary>
    public uint Expire(ulong hash, uint handle, bool inWheel, MissReason why)
    {
        Expired++;
        Gone.Note(hash, why);
        Sampler.Forget(hash);
        if (_core.TombstonesForAbsent || IsAhead(Arena[handle].Version))
        {
            return Tombstones.Bury(hash, handle, Arena[handle].Version, inWheel);
        }
        Drop(hash, handle, inWheel);
        Index.Shrink();
        return 0;
    }

    /// <summary>Whether a version is of a clock far ahead: then it is remembered even when its entry expires.</summary>
    public bool IsAhead(ulong version) => _core.KeepsTombstones && version > Versions.Last;

    /// <summary>Deletes an entry without a trace, and leaves the index as large as it is.</summary>
    public void Drop(ulong hash, uint handle, bool inWheel = true)
    {
        Sampler.Forget(hash);
        Release(hash, handle, inWheel);
    }

    private void Release(ulong hash, uint handle, bool inWheel)
    {
        Unlink(handle, inWheel);
        Index.Remove(hash, handle);
        Rename(handle, 0);
        Writer.FreeExtent(Arena[handle]);
        Arena.Free(handle);
    }

    /// <summary>
    /// Tells the change sink of the scope opened last. Where the new entry was evicted meanwhile, or no tombstone is
    /// kept, it hears of a deletion: the others must not go on with what was there before.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CloseChanged(ReadOnlySpan<byte> key)
    {
        OpenEntry open = _open.Last;
        try
        {
            EntryRecord record = (open.Handle | open.Tombstone) is var known and not 0
                ? ShardReader.RecordOf(Arena[known])
                : new EntryRecord { Key = key, Version = open.Change };
            _core.ChangeSink?.Changed(in record);
        }
        finally
        {
            _open.Pop();
            Lock.Exit();
        }
    }

    private void Rename(uint oldHandle, uint newHandle)
    {
        _touched.Replace(oldHandle, newHandle);
        Order.Walks.Move(oldHandle, newHandle);
        _open.Moved(oldHandle, newHandle);
    }
}
