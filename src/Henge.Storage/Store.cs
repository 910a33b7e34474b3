using Henge.Storage.Drops;
using Henge.Storage.Entries;
using Henge.Storage.Indexing;
using Henge.Storage.Shards;
using Henge.Storage.Sizing;
using Henge.Storage.Slots;
using Henge.Storage.Tops;
using Henge.Storage.Visits;

namespace Henge.Storage;

/// <summary>
/// A cache in memory outside the GC heap: keys and values of bytes, bounded by bytes and entries, with expiry and
/// eviction. It is cut into shards, each with its own lock, index, arena, eviction order and timing wheel; a key's
/// shard follows from its keyed hash. Thread safe. docs/storage.md draws the layout.
/// </summary>
internal sealed class Store : IDisposable
{
    // One lock hold sweeps this many entries, or makes this many steps of eviction.
    private const int EntriesPerHold = 64;

    // What one Tick does at most, over all shards: about a millisecond's work.
    private const int EntriesPerTick = 2048;

    private const int RandomTries = 128;
    private readonly StoreCore _core;
    private readonly Shard[] _shards;
    private readonly StaleSweep _stale;
    private ulong _flushed;
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
        _stale = new StaleSweep(_core);
        Sizing = new StoreSizing(_core);
        Tops = new StoreTops(_core);
    }

    /// <summary>What the store is made of, for those that look inside (verifier, ring).</summary>
    internal StoreCore Core => _core;

    /// <summary>What other sizes of memory would do.</summary>
    public StoreSizing Sizing { get; }

    /// <summary>The keys in most use, and the largest entries.</summary>
    public StoreTops Tops { get; }

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
        where TVisitor : struct, IEntryVisitor, allows ref struct =>
        ShardPass.Scan<ShowEntries<TVisitor>, TVisitor>(_shards, cursor, count, nowMs, ref visitor);

    /// <summary>As <see cref="Scan"/>, over tombstones as well.</summary>
    public ulong ScanRecords<TVisitor>(ulong cursor, int count, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IRecordVisitor, allows ref struct =>
        ShardPass.Scan<ShowRecords<TVisitor>, TVisitor>(_shards, cursor, count, nowMs, ref visitor);

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
        if (Count == 0)
        {
            return false;
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

    /// <summary>Deletes every entry and tombstone, without a trace; floors stay.</summary>
    public void Clear()
    {
        using ShardsScope all = LockAll();
        foreach (Shard shard in _shards)
        {
            shard.Clear();
        }
        _core.Extents.Clear();
        _core.Slots?.Clear();
    }

    /// <summary>
    /// Sweeps what has expired or is stale and evicts down to lowered limits, a bounded piece at a time; true when more
    /// is due. One thread calls it every 50 ms or so, and again while it returns true.
    /// </summary>
    public bool Tick(long nowMs)
    {
        _core.Tick(nowMs);
        Sizing.Tick(nowMs);
        Tops.Tick(nowMs);
        int rounds = Math.Max(1, EntriesPerTick / EntriesPerHold);
        int idle = 0;
        while (rounds > 0 && idle < _shards.Length)
        {
            Shard shard = _shards[_nextToTick];
            if (shard.Reclaimer.Sweep(nowMs, EntriesPerHold))
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
        return _stale.Step(nowMs) | idle < _shards.Length;
    }

    /// <summary>
    /// Is told of every change that a scope makes; null (default): nobody. Set it before the store is used.
    /// </summary>
    public IChangeSink? ChangeSink
    {
        get => _core.ChangeSink;
        set => _core.ChangeSink = value;
    }

    /// <summary>Knows what is stale; null (default): nothing is. Set it before the store is used.</summary>
    public IStaleness? Staleness
    {
        get => _core.Staleness;
        set => _core.Staleness = value;
    }

    /// <summary>Whether deletions leave tombstones. False (default) in a store that no other node copies.</summary>
    public bool KeepsTombstones
    {
        get => _core.KeepsTombstones;
        set => _core.KeepsTombstones = value;
    }

    /// <summary>
    /// Whether expired entries and deletions of absent keys leave tombstones too: true while a node that may hold an
    /// older copy is away.
    /// </summary>
    public bool TombstonesForAbsent
    {
        get => _core.TombstonesForAbsent;
        set => _core.TombstonesForAbsent = value;
    }

    /// <summary>
    /// Tombstones of this version or older may go; <see cref="Tick"/> purges them. 0 (default) keeps all.
    /// </summary>
    public ulong TombstoneHorizon
    {
        get => _core.TombstoneHorizon;
        set => _core.TombstoneHorizon = value;
    }

    /// <summary>Nothing of this version or older is merged: the last flush of the whole ring.</summary>
    public ulong FlushVersion => _core.FlushVersion;

    /// <summary>Tombstones held.</summary>
    public long Tombstones => _shards.Sum(shard => shard.Tombstones.Count);

    /// <summary>Bytes that tombstones take, at most a twentieth of the limit.</summary>
    public long TombstoneBytes => _shards.Sum(shard => shard.Tombstones.Bytes);

    /// <summary>
    /// Tombstones that went before their time, for want of memory, and raised the floor of their slot.
    /// </summary>
    public long TombstonesDropped => _shards.Sum(shard => shard.Tombstones.Dropped);

    /// <summary>A version not below any that this store would give a new key now, nor the latest it gave.</summary>
    public ulong Clock(long nowMs) => _shards.Max(shard => shard.Versions.Peek(nowMs));

    /// <summary>The highest version that this store gave or met, also one too far ahead to move its clock.</summary>
    public ulong HighestVersion => _shards.Max(shard => shard.Versions.Highest);

    /// <summary>
    /// Makes all versions given from now on greater than <paramref name="version"/>; does nothing and returns false
    /// when it is more than 60 s ahead of <paramref name="nowMs"/>.
    /// </summary>
    public bool AdvanceClock(ulong version, long nowMs)
    {
        bool near = version <= VersionClock.Farthest(nowMs);
        if (near)
        {
            _core.AdvanceAll(version);
        }
        return near;
    }

    /// <summary>
    /// Takes what another node has under a key, if it is newer than what is here (<see cref="RecordOrder"/>). Never
    /// gives a new version, never tells the change sink. Commutative, associative, idempotent. It counts as a use of
    /// the entry; a new one is the most recently used.
    /// </summary>
    /// <param name="record">What the other has. A type that this store has no place for is too large.</param>
    /// <param name="checksFloor">Whether a record of an unknown key must be newer than the slot's floor.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public MergeResult Merge(in EntryRecord record, bool checksFloor, long nowMs)
    {
        KeyHash hash = Hash(record.Key);
        return _shards[ShardOf(hash)].Merger.Merge(in record, hash.Value, checksFloor, nowMs);
    }

    /// <summary>Shows the visitor what is known of a key: its entry, its tombstone, or nothing (no visit).</summary>
    public KeyState Inspect<TVisitor>(ReadOnlySpan<byte> key, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IRecordVisitor, allows ref struct
    {
        KeyHash hash = Hash(key);
        return _shards[ShardOf(hash)].Reader.Inspect(key, hash.Value, nowMs, ref visitor);
    }

    /// <summary>
    /// Deletes the entries and tombstones of some slots without a trace (another node holds them now), looking at about
    /// <paramref name="count"/> of the store from a cursor; returns the cursor to go on from, 0 at the end.
    /// </summary>
    /// <exception cref="InvalidOperationException">The store has no slots.</exception>
    /// <exception cref="ArgumentException"><paramref name="slots"/> has no place for each slot.</exception>
    public ulong DropSlots(ulong cursor, int count, bool[] slots)
    {
        SlotTable table = _core.Slots ?? throw new InvalidOperationException("The store has no slots.");
        ArgumentOutOfRangeException.ThrowIfLessThan(slots.Length, table.Length);
        return ShardPass.Drop(_shards, cursor, count, new SlotDropFilter(table, slots));
    }

    /// <summary>
    /// Live entries of a slot, expired ones not yet swept included; 0 in a store without slots. O(1).
    /// </summary>
    public int CountInSlot(int slot) => _core.Slots?.Count(slot) ?? 0;

    /// <summary>The floor of a slot; 0 in a store without slots.</summary>
    public ulong Floor(int slot) => _core.Slots?.Floor(slot) ?? 0;

    /// <summary>Raises the floor of a slot; a lower one changes nothing.</summary>
    public void RaiseFloor(int slot, ulong version) => _core.Slots?.RaiseFloor(slot, version);

    /// <summary>
    /// Deletes every entry and tombstone of version <paramref name="version"/> or older, and those more than 60 s ahead
    /// of the clock; merges nothing of that version or older any more, and gives later versions from now on. Does
    /// nothing when it has flushed as late a version before. A version more than 60 s ahead stands for all given so
    /// far. It passes over the whole store, a bounded piece for each lock hold.
    /// </summary>
    public void Flush(ulong version, long nowMs)
    {
        ulong farthest = VersionClock.Farthest(nowMs);
        version = version <= farthest ? version : Clock(nowMs);
        // Another thread may be passing over the store for the same flush: who asks as well must not be told that all
        // is gone before it is, so it passes too. Both drop the same.
        if (!_core.TryRaiseFlushVersion(version) && Volatile.Read(ref _flushed) >= version)
        {
            return;
        }
        _core.AdvanceAll(version);
        Sizing.Forget();
        ulong cursor = 0;
        do
        {
            cursor = ShardPass.Drop(_shards, cursor, EntriesPerTick, new FlushFilter(version, farthest));
        }
        while (cursor != 0);
        for (ulong known = Volatile.Read(ref _flushed); known < version;)
        {
            ulong before = Interlocked.CompareExchange(ref _flushed, version, known);
            known = before == known ? version : before;
        }
    }

    /// <summary>
    /// Charges (or with a negative number gives back) bytes held outside the store against the memory limit.
    /// </summary>
    public void Charge(long bytes) => _core.Memory.Charge(bytes);

    /// <summary>Counters and sizes.</summary>
    public StoreStatistics GetStatistics() => StoreStatistics.Of(_core);

    /// <summary>Zeroes hits, misses, evicted and expired (CONFIG RESETSTAT).</summary>
    public void ResetStatistics()
    {
        using ShardsScope all = LockAll();
        foreach (Shard shard in _shards)
        {
            shard.ResetStatistics();
        }
        Sizing.Restart();
    }

    /// <summary>Gives all memory back. No other call may be under way or follow.</summary>
    public void Dispose() => _core.Dispose();
}
