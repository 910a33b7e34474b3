namespace Henge.Storage;

/// <summary>The store. PROTOTYPE over dictionaries: fixes the API while the engine is built behind it.</summary>
internal sealed class Store : IDisposable
{
    private readonly StoreOptions _options;
    private readonly SortedDictionary<byte[], PrototypeEntry> _entries = new(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
    private readonly System.Threading.Lock _lock = new();
    private ulong _lastVersion;
    private long _hits, _misses, _charged;

    /// <summary>Creates a store.</summary>
    public Store(StoreOptions options) => _options = options;

    /// <summary>Number of shards.</summary>
    public int ShardCount => 1;

    /// <summary>Longest value in bytes.</summary>
    public int MaxValueBytes => _options.MaxValueBytes;

    /// <summary>Entries held.</summary>
    public long Count => _entries.Count;

    /// <summary>The memory limit in bytes; may be set while running (evicts down to it).</summary>
    public long MemoryBytes { get; set; }

    /// <summary>The bound on entries; 0 for none; may be set while running.</summary>
    public long MaxEntries { get; set; }

    /// <summary>Hashes a key.</summary>
    public KeyHash Hash(ReadOnlySpan<byte> key)
    {
        ulong h = 14695981039346656037;
        foreach (byte b in key)
        {
            h = (h ^ b) * 1099511628211;
        }
        return new KeyHash(h);
    }

    /// <summary>The shard a key lives in.</summary>
    public int ShardOf(KeyHash hash) => 0;

    /// <summary>Hints that the index line of a key is wanted soon.</summary>
    public void PrefetchIndex(KeyHash hash) { }

    /// <summary>Hints that the entry of a key is wanted soon; call it some time after <see cref="PrefetchIndex"/>.</summary>
    public void PrefetchEntry(KeyHash hash) { }

    /// <summary>Locks the shard of a key until the scope is disposed, and finds its live entry.</summary>
    public EntryScope Open(ReadOnlySpan<byte> key, long nowMs) => Open(key, Hash(key), nowMs);

    /// <summary>As above, with the hash known.</summary>
    public EntryScope Open(ReadOnlySpan<byte> key, KeyHash hash, long nowMs)
    {
        _lock.Enter();
        return new EntryScope(this, key, nowMs);
    }

    /// <summary>Locks several shards for a many-key operation; <see cref="Open(ReadOnlySpan{byte}, long)"/> nests inside.</summary>
    public ShardsScope Lock(ShardSet shards)
    {
        _lock.Enter();
        return new ShardsScope(this);
    }

    /// <summary>Locks all shards.</summary>
    public ShardsScope LockAll() => Lock(default);

    /// <summary>
    /// Visits at least <paramref name="count"/> entries where there are as many, in hash order from a cursor. An entry
    /// that is there from the first call to the last is seen at least once whatever else changes (Redis's guarantee).
    /// </summary>
    /// <returns>The cursor to go on from; 0 when the scan is complete. Below 2^52.</returns>
    public ulong Scan<TVisitor>(ulong cursor, int count, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IEntryVisitor, allows ref struct
    {
        lock (_lock)
        {
            ulong position = 0;
            foreach ((byte[] key, PrototypeEntry e) in _entries.ToArray())
            {
                if (position++ < cursor)
                {
                    continue;
                }
                if (position - cursor > (ulong)count)
                {
                    return position - 1;
                }
                if (e.ExpiresAtMs == 0 || e.ExpiresAtMs > nowMs)
                {
                    visitor.Visit(new EntryView { Key = key, Value = e.Value, Type = e.Type, ExpiresAtMs = e.ExpiresAtMs, Version = e.Version });
                }
            }
            return 0;
        }
    }

    /// <summary>Visits one live entry drawn about evenly; false when there is none.</summary>
    public bool TryVisitRandom<TVisitor>(ulong random, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IEntryVisitor, allows ref struct
    {
        if (_entries.Count == 0)
        {
            return false;
        }
        return Scan(random % (ulong)_entries.Count, 1, nowMs, ref visitor) >= 0;
    }

    /// <summary>Deletes every entry.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
        }
    }

    /// <summary>Sweeps what has expired, a bounded piece at a time; true when more is due.</summary>
    public bool Tick(long nowMs) => false;

    /// <summary>Charges (or with a negative number gives back) bytes held outside the store against the memory limit.</summary>
    public void Charge(long bytes) => Interlocked.Add(ref _charged, bytes);

    /// <summary>Counters and sizes.</summary>
    public StoreStatistics GetStatistics() =>
        new() { Entries = _entries.Count, LimitBytes = _options.MemoryBytes, Hits = _hits, Misses = _misses, ChargedBytes = _charged };

    /// <summary>Zeroes hits, misses, evicted and expired (CONFIG RESETSTAT).</summary>
    public void ResetStatistics() => _hits = _misses = 0;

    /// <summary>Gives all memory back.</summary>
    public void Dispose() => _entries.Clear();

    internal void Exit() => _lock.Exit();

    internal void CountRead(bool hit)
    {
        if (hit)
        {
            _hits++;
        }
        else
        {
            _misses++;
        }
    }

    internal PrototypeEntry? Find(ReadOnlySpan<byte> key, long nowMs)
    {
        byte[] k = key.ToArray();
        if (_entries.TryGetValue(k, out PrototypeEntry? e))
        {
            if (e.ExpiresAtMs == 0 || e.ExpiresAtMs > nowMs)
            {
                return e;
            }
            _entries.Remove(k);
        }
        return null;
    }

    internal PrototypeEntry Add(ReadOnlySpan<byte> key)
    {
        var e = new PrototypeEntry();
        _entries[key.ToArray()] = e;
        return e;
    }

    internal void Delete(ReadOnlySpan<byte> key) => _entries.Remove(key.ToArray());

    internal ulong NextVersion(long nowMs) => _lastVersion = Math.Max((ulong)nowMs << 16, _lastVersion + 1);

    internal sealed class PrototypeEntry
    {
        public byte[] Value = [];
        public byte[] Attributes = [];
        public EntryType Type;
        public long ExpiresAtMs;
        public ulong Version;
    }
}
