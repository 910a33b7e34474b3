using System.Diagnostics;
using System.Runtime.CompilerServices;

using Henge.Storage.Arenas;
using Henge.Storage.Entries;
using Henge.Storage.Eviction;
using Henge.Storage.Expiry;
using Henge.Storage.Indexing;
using Henge.Storage.Regions;

namespace Henge.Storage.Shards;

/// <summary>
/// One stripe of the store: index, arena, eviction order and wheel under one lock. Everything that links to an entry
/// is told here when the entry is deleted or moved. All members but <see cref="Lock"/> and the counters need the lock.
/// </summary>
internal sealed class Shard : IExpirySink, IDisposable
{
    /// <summary>What the shard's fixed tables count in the budget.</summary>
    public const int FixedBytes = 16 * 1024;

    /// <summary>Guards the shard.</summary>
    public ShardLock Lock;

    private readonly StoreCore _core;
    private TouchRing _touched;
    private OpenEntry[] _open = new OpenEntry[4];
    private int _openCount;
    private ulong _lastVersion;

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
        Reclaimer = new Reclaimer(this);
        Writer = new EntryWriter(this, core);
        Reader = new ShardReader(this);
        NextVictimShard = number + 1;
        if (!core.Memory.TryTake(FixedBytes))
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

    /// <summary>Which shard is asked next when this one needs memory from others.</summary>
    public int NextVictimShard { get; set; }

    /// <summary>Bytes given up beyond this shard's part, for <see cref="StoreCore.TryGiveBackInTurn"/>.</summary>
    public long GivenAhead { get; set; }

    /// <summary>Reads that found their key.</summary>
    public long Hits { get; private set; }

    /// <summary>Reads that did not.</summary>
    public long Misses { get; private set; }

    /// <summary>Entries evicted.</summary>
    public long Evicted { get; private set; }

    /// <summary>Entries whose deadline passed.</summary>
    public long Expired { get; private set; }

    /// <summary>Bytes of keys and values.</summary>
    public long DataBytes { get; set; }

    /// <summary>Handle that an open scope stands on; 0 when its key has no entry.</summary>
    public uint HandleOf(int scope) => _open[scope].Handle;

    /// <summary>What an open scope stands on.</summary>
    public ref OpenEntry OpenAt(int scope) => ref _open[scope];

    /// <summary>
    /// Enters the lock, finds the live entry of a key and opens a scope on it; returns the scope's place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Open(ulong hash, ReadOnlySpan<byte> key, long nowMs)
    {
        Lock.Enter();
        uint handle = Index.Find(hash, key);
        if (handle != 0 && Arena[handle].HasExpiry && Arena[handle].IsExpired(nowMs))
        {
            DropExpired(hash, handle);
            handle = 0;
        }
        int scope = _openCount++;
        if (scope == _open.Length)
        {
            Array.Resize(ref _open, scope * 2);
        }
        _open[scope] = new OpenEntry { Hash = hash, Handle = handle };
        return scope;
    }

    /// <summary>Closes the scope opened last, and leaves the lock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Close()
    {
        _openCount--;
        Lock.Exit();
    }

    /// <summary>Counts a read of an open scope and notes the use.</summary>
    public bool Read(int scope, bool countsAsUse)
    {
        uint handle = _open[scope].Handle;
        if (handle == 0)
        {
            Misses++;
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
    public ulong NextVersion(long nowMs, ulong stored) =>
        _lastVersion = Math.Max((ulong)nowMs << 16, Math.Max(_lastVersion, stored) + 1);

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
        Order.Add(handle);
        if (!_touched.IsEmpty && Order.OrdersByUse)
        {
            // Uses from before wait in the ring; the new entry goes behind them to end up the newest.
            Touch(handle);
        }
        foreach (ref OpenEntry open in _open.AsSpan(0, _openCount))
        {
            if (open.Hash == hash && open.Handle == 0 && Arena[handle].HasKey(key))
            {
                open.Handle = handle;
            }
        }
    }

    /// <summary>
    /// Puts a copy in the place of an entry in all links but the wheel's; the old slot is the caller's.
    /// </summary>
    public void Replace(ulong hash, uint oldHandle, uint newHandle)
    {
        Index.Replace(hash, oldHandle, newHandle);
        Order.Moved(newHandle);
        Rename(oldHandle, newHandle);
    }

    /// <summary>Deletes an entry.</summary>
    public void Delete(ulong hash, uint handle)
    {
        Drop(hash, handle);
        Index.Shrink();
    }

    /// <summary>Evicts an entry.</summary>
    public void Evict(uint handle)
    {
        Drop(_core.Hasher.Hash(Arena[handle].Key), handle);
        Evicted++;
    }

    /// <inheritdoc/>
    public void Expire(uint handle)
    {
        Expired++;
        ulong hash = _core.Hasher.Hash(Arena[handle].Key);
        Release(hash, handle);
        Index.Shrink();
    }

    /// <summary>Moves an entry to another slot of its class; there must be a free one.</summary>
    public void Relocate(uint handle)
    {
        int sizeClass = Arena.ClassOf(handle);
        bool taken = Arena.TryTake(sizeClass, out uint newHandle);
        Debug.Assert(taken, "A page is drained only into free slots of its class.");
        Entry old = Arena[handle];
        Entry copy = Arena[newHandle];
        copy.CopySlot(old, SizeClasses.SlotBytes(sizeClass));
        Replace(_core.Hasher.Hash(copy.Key), handle, newHandle);
        if (copy.HasExpiry)
        {
            Wheel.Moved(newHandle);
        }
        Arena.Free(handle);
    }

    /// <summary>
    /// Enters the lock, expires what is due and evicts down to lowered limits, about <paramref name="budget"/> entries'
    /// worth; returns true when more is due.
    /// </summary>
    public bool Sweep(long nowMs, int budget)
    {
        Lock.Enter();
        try
        {
            bool more = Wheel.Advance(nowMs, budget, this);
            for (int i = 0; i < budget && _core.Memory.Overdrawn; i++)
            {
                more |= Reclaimer.TryGiveBack(keep: 0);
            }
            for (long i = Math.Min(budget, _core.Entries.Excess); i > 0; i--)
            {
                more |= Reclaimer.TryEvict(keep: 0);
            }
            Index.Shrink();
            return more;
        }
        finally
        {
            Lock.Exit();
        }
    }

    /// <summary>Deletes every entry; the caller empties the extents with all shards locked.</summary>
    public void Clear()
    {
        _core.Entries.Return(Index.Count);
        Index.Clear();
        Arena.Clear();
        Order.Clear();
        Wheel.Clear();
        _touched.Clear();
        GivenAhead = 0;
        DataBytes = 0;
        foreach (ref OpenEntry open in _open.AsSpan(0, _openCount))
        {
            open.Handle = 0;
        }
    }

    /// <summary>Zeroes the counters.</summary>
    public void ResetStatistics() => Hits = Misses = Evicted = Expired = 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        Index.Dispose();
        Arena.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DropExpired(ulong hash, uint handle)
    {
        Drop(hash, handle);
        Index.Shrink();
        Expired++;
    }

    private void Drop(ulong hash, uint handle)
    {
        if (Arena[handle].HasExpiry)
        {
            Wheel.Remove(handle);
        }
        Release(hash, handle);
    }

    private void Release(ulong hash, uint handle)
    {
        Entry entry = Arena[handle];
        Index.Remove(hash, handle);
        Order.Remove(handle);
        Rename(handle, 0);
        DataBytes -= entry.KeyBytes + entry.ValueBytes;
        Writer.FreeExtent(entry);
        Arena.Free(handle);
        _core.Entries.Return(1);
    }

    private void Rename(uint oldHandle, uint newHandle)
    {
        _touched.Replace(oldHandle, newHandle);
        if (Order.Walked == oldHandle)
        {
            Order.Walked = newHandle;
        }
        foreach (ref OpenEntry open in _open.AsSpan(0, _openCount))
        {
            if (open.Handle == oldHandle)
            {
                open.Handle = newHandle;
            }
        }
    }
}
