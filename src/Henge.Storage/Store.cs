using Henge.Storage.Indexing;
using Henge.Storage.Shards;

namespace Henge.Storage;

/// <summary>
/// A cache in memory outside the GC heap: keys and values of bytes, bounded by bytes and entries, with expiry and
/// eviction. It is cut into shards, each with its own lock, index, arena, eviction order and timing wheel; a key's
/// shard follows from its keyed hash. Thread safe. docs/storage.md draws the layout.
/// </summary>
internal sealed class Store : IDisposable
{
    // One lock hold visits about this many entries, sweeps this many, or makes this many steps of eviction.
    private const int EntriesPerHold = 64;

    // What one Tick does at most, over all shards: about a millisecond's work.
    private const int EntriesPerTick = 2048;

    private const int RandomTries = 128;
    private readonly StoreCore _core;
    private readonly Shard[] _shards;
    private int _nextToTick;

    /// <summary>Creates a store.</summary>
    /// <exception cref="ArgumentException">
    /// The options are out of range (<see cref="StoreOptions.Validate"/>).
    /// </exception>
    public Store(StoreOptions options)
    {
        options.Validate();
        int count = options.ChooseShards(Environment.ProcessorCount);
        long machine = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        _core = new StoreCore(options, System.Numerics.BitOperations.Log2((uint)count),
            Math.Max(machine, options.MemoryBytes) * 5 / 4);
        _shards = new Shard[count];
        for (int i = 0; i < count; i++)
        {
            _shards[i] = new Shard(_core, i);
        }
        _core.Shards = _shards;
    }

    /// <summary>What the store is made of, for those that look inside (verifier, ring).</summary>
    internal StoreCore Core => _core;

    /// <summary>Number of shards.</summary>
    public int ShardCount => _shards.Length;

    /// <summary>Longest value in bytes.</summary>
    public int MaxValueBytes => _core.MaxValueBytes;

    /// <summary>Entries held, expired ones not yet swept included.</summary>
    public long Count => _core.Entries.Count;

    /// <summary>The memory limit in bytes; may be set while running (evicts down to it).</summary>
    /// <exception cref="ArgumentException">Smaller than the store's shards can work with.</exception>
    public long MemoryBytes
    {
        get => _core.Memory.Limit;
        set
        {
            long smallest = StoreOptions.SmallestMemory(_shards.Length);
            if (value < smallest)
            {
                throw new ArgumentException(
                    $"The memory limit of {value} bytes is too small: at least {smallest} bytes are needed.");
            }
            _core.Memory.Limit = value;
        }
    }

    /// <summary>The bound on entries; 0 for none; may be set while running.</summary>
    public long MaxEntries
    {
        get => _core.Entries.Limit;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _core.Entries.Limit = value;
        }
    }

    /// <summary>Hashes a key.</summary>
    public KeyHash Hash(ReadOnlySpan<byte> key) => new(_core.Hasher.Hash(key));

    /// <summary>The shard a key lives in.</summary>
    public int ShardOf(KeyHash hash) => (int)hash.Value & (_shards.Length - 1);

    /// <summary>Hints that the index line of a key is wanted soon.</summary>
    public void PrefetchIndex(KeyHash hash) => _shards[ShardOf(hash)].Index.Prefetch(hash.Value);

    /// <summary>
    /// Hints that the entry of a key is wanted soon; call it some time after <see cref="PrefetchIndex"/>.
    /// </summary>
    public void PrefetchEntry(KeyHash hash) => _shards[ShardOf(hash)].Index.PrefetchEntry(hash.Value);

    /// <summary>Locks the shard of a key until the scope is disposed, and finds its live entry.</summary>
    public EntryScope Open(ReadOnlySpan<byte> key, long nowMs) => Open(key, Hash(key), nowMs);

    /// <summary>As above, with the hash known.</summary>
    public EntryScope Open(ReadOnlySpan<byte> key, KeyHash hash, long nowMs) => new(_core, key, hash.Value, nowMs);

    /// <summary>
    /// Locks several shards for a many-key operation; <see cref="Open(ReadOnlySpan{byte}, long)"/> nests inside.
    /// Without it a thread must not open keys of two shards at a time: two threads could wait for each other.
    /// </summary>
    public ShardsScope Lock(ShardSet shards) => new(_shards, shards);

    /// <summary>Locks all shards.</summary>
    public ShardsScope LockAll()
    {
        var all = default(ShardSet);
        for (int i = 0; i < _shards.Length; i++)
        {
            all.Add(i);
        }
        return Lock(all);
    }

    /// <summary>
    /// Visits at least <paramref name="count"/> entries where there are as many, in hash order from a cursor. An entry
    /// that is there from the first call to the last is seen at least once whatever else changes (Redis's guarantee).
    /// </summary>
    /// <returns>The cursor to go on from; 0 when the scan is complete. Below 2^52.</returns>
    public ulong Scan<TVisitor>(ulong cursor, int count, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IEntryVisitor, allows ref struct
    {
        ulong shard = cursor >> HashIndex.ScanBits;
        ulong position = cursor & ((1UL << HashIndex.ScanBits) - 1);
        for (; shard < (ulong)_shards.Length; shard++, position = 0)
        {
            while (position >> HashIndex.ScanBits == 0)
            {
                if (count <= 0)
                {
                    return shard << HashIndex.ScanBits | position;
                }
                count -= _shards[shard].Reader.Scan(ref position, Math.Min(count, EntriesPerHold), nowMs, ref visitor);
            }
        }
        return 0;
    }

    /// <summary>
    /// Walks the live entries of one shard in the eviction order, those to be evicted first, <paramref name="count"/>
    /// at a time: who writes them elsewhere in this order rebuilds the order there. An entry used meanwhile moves to
    /// the end and is seen again; none that stays is missed (W-TinyLFU aside, whose protected entries may fall back
    /// behind the walk). A shard has one
    /// walk at a time.
    /// </summary>
    /// <returns>False when the walk has reached the end.</returns>
    public bool Walk<TVisitor>(int shard, bool fromStart, int count, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IEntryVisitor, allows ref struct =>
        _shards[shard].Reader.Walk(fromStart, Math.Min(count, EntriesPerHold), nowMs, ref visitor);

    /// <summary>Visits one live entry drawn about evenly; false when there is none.</summary>
    public bool TryVisitRandom<TVisitor>(ulong random, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IEntryVisitor, allows ref struct
    {
        for (int i = 0; i < RandomTries && Count > 0; i++)
        {
            ulong draw = KeyHasher.Next(ref random);
            Shard shard = _shards[draw & (ulong)(_shards.Length - 1)];
            if (shard.Reader.TryVisitRandom(draw >> 8, nowMs, ref visitor))
            {
                return true;
            }
        }
        // Few entries in many buckets: take the first from anywhere.
        ulong start = KeyHasher.Next(ref random);
        for (int i = 0; i < _shards.Length; i++)
        {
            ulong position = 0;
            Shard shard = _shards[(start + (ulong)i) & (ulong)(_shards.Length - 1)];
            while (position >> HashIndex.ScanBits == 0)
            {
                if (shard.Reader.TryVisitFirst(ref position, nowMs, ref visitor))
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// <summary>Deletes every entry.</summary>
    public void Clear()
    {
        using ShardsScope all = LockAll();
        foreach (Shard shard in _shards)
        {
            shard.Clear();
        }
        _core.Extents.Clear();
    }

    /// <summary>
    /// Sweeps what has expired and evicts down to lowered limits, a bounded piece at a time; true when more is due.
    /// One thread calls it every 50 ms or so, and again while it returns true.
    /// </summary>
    public bool Tick(long nowMs)
    {
        int rounds = Math.Max(1, EntriesPerTick / EntriesPerHold);
        int idle = 0;
        while (rounds > 0 && idle < _shards.Length)
        {
            Shard shard = _shards[_nextToTick];
            if (shard.Sweep(nowMs, EntriesPerHold))
            {
                idle = 0;
                rounds--;
            }
            else
            {
                idle++;
            }
            _nextToTick = (_nextToTick + 1) & (_shards.Length - 1);
        }
        return idle < _shards.Length;
    }

    /// <summary>Is told of every change that a scope makes; null (default): nobody. Set it before the store is used.</summary>
    public IChangeSink? ChangeSink { get; set; }

    /// <summary>Whether deletions leave tombstones. False (default) in a store that no other node copies.</summary>
    public bool KeepsTombstones { get; set; }

    /// <summary>
    /// Whether expired entries and deletions of absent keys leave tombstones too: true while a node that may hold an
    /// older copy is away.
    /// </summary>
    public bool TombstonesForAbsent { get; set; }

    /// <summary>Tombstones of this version or older may go; <see cref="Tick"/> purges them. 0 (default) keeps all.</summary>
    public ulong TombstoneHorizon { get; set; }

    /// <summary>Nothing of this version or older is merged: the last flush of the whole ring.</summary>
    public ulong FlushVersion => throw new NotImplementedException();

    /// <summary>A version not below any that this store gave or would give now; never ahead of the bound on clocks.</summary>
    public ulong Clock(long nowMs) => throw new NotImplementedException();

    /// <summary>
    /// Makes all versions given from now on greater than <paramref name="version"/>, as far as it is at most 60 s
    /// ahead of <paramref name="nowMs"/>; returns false, and goes no further than that, when it is more.
    /// </summary>
    public bool AdvanceClock(ulong version, long nowMs) => throw new NotImplementedException();

    /// <summary>
    /// Takes what another node has under a key, if it is newer than what is here (docs/ring.md has the order). Never
    /// gives a new version, never tells the change sink. Commutative, associative, idempotent.
    /// </summary>
    /// <param name="record">What the other has.</param>
    /// <param name="checksFloor">Whether a record of an unknown key must be newer than the slot's floor.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public MergeResult Merge(in EntryRecord record, bool checksFloor, long nowMs) => throw new NotImplementedException();

    /// <summary>Shows the visitor what is known of a key: its entry, its tombstone, or nothing (no visit).</summary>
    public KeyState Inspect<TVisitor>(ReadOnlySpan<byte> key, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IRecordVisitor, allows ref struct => throw new NotImplementedException();

    /// <summary>As <see cref="Scan"/>, over tombstones as well.</summary>
    public ulong ScanRecords<TVisitor>(ulong cursor, int count, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IRecordVisitor, allows ref struct => throw new NotImplementedException();

    /// <summary>
    /// Deletes the entries and tombstones of some slots without a trace (another node holds them now), looking at about
    /// <paramref name="count"/> of the store from a cursor; returns the cursor to go on from, 0 at the end.
    /// </summary>
    public ulong DropSlots(ulong cursor, int count, bool[] slots) => throw new NotImplementedException();

    /// <summary>Live entries of a slot, expired ones not yet swept included. O(1).</summary>
    public int CountInSlot(int slot) => throw new NotImplementedException();

    /// <summary>The floor of a slot.</summary>
    public ulong Floor(int slot) => throw new NotImplementedException();

    /// <summary>Raises the floor of a slot; a lower one changes nothing.</summary>
    public void RaiseFloor(int slot, ulong version) => throw new NotImplementedException();

    /// <summary>
    /// Deletes every entry and tombstone of version <paramref name="version"/> or older, merges none of them any more,
    /// and gives later versions from now on.
    /// </summary>
    public void Flush(ulong version, long nowMs) => throw new NotImplementedException();

    /// <summary>
    /// Charges (or with a negative number gives back) bytes held outside the store against the memory limit.
    /// </summary>
    public void Charge(long bytes) => _core.Memory.Charge(bytes);

    /// <summary>Counters and sizes.</summary>
    public StoreStatistics GetStatistics()
    {
        var sum = new StoreStatistics
        {
            Entries = Count,
            LimitBytes = _core.Memory.Limit,
            UsedBytes = _core.Memory.Used,
            ChargedBytes = _core.Memory.Charged,
        };
        foreach (Shard shard in _shards)
        {
            sum = sum with
            {
                EntriesWithExpiry = sum.EntriesWithExpiry + shard.Wheel.Count,
                IndexBytes = sum.IndexBytes + shard.Index.Bytes,
                DataBytes = sum.DataBytes + shard.DataBytes,
                Hits = sum.Hits + shard.Hits,
                Misses = sum.Misses + shard.Misses,
                Evicted = sum.Evicted + shard.Evicted,
                Expired = sum.Expired + shard.Expired,
            };
        }
        return sum;
    }

    /// <summary>Zeroes hits, misses, evicted and expired (CONFIG RESETSTAT).</summary>
    public void ResetStatistics()
    {
        using ShardsScope all = LockAll();
        foreach (Shard shard in _shards)
        {
            shard.ResetStatistics();
        }
    }

    /// <summary>Gives all memory back. No other call may be under way or follow.</summary>
    public void Dispose() => _core.Dispose();
}
