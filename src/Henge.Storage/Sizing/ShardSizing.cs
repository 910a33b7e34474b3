using System.Runtime.CompilerServices;

namespace Henge.Storage.Sizing;

/// <summary>
/// Simulates caches of other sizes over the keys of one shard whose hash is below a threshold (SHARDS, Waldspurger et
/// al., FAST 2015; miniature simulations, ATC 2017): about as many hits in a hundred as over all keys, in a memory
/// smaller by the rate of sampling. The threshold begins at all keys and is lowered when there are more than fit the
/// table, and when more is sampled in a second than it may. What was counted before is counted at its own rate. An
/// access that is not sampled costs one comparison. The shard's lock guards it; what is settled may be read by any
/// thread.
/// </summary>
internal sealed class ShardSizing
{
    private const int MemoryShare = 256;
    private const long MostBytes = 8L << 20;
    private const long SmallBytes = 96L << 10;
    private const int SmallShare = 64;

    // Beside millions of requests the tables are cold, and one costs 0.4 microseconds: half a percent of one processor.
    private const long SampledPerSecond = 12_500;
    private const long RateSpanMs = 1000;
    private const double AllHashes = 18446744073709551616.0;
    private const ulong LeastForRate = 1UL << 52;
    private const int PlacesPerTick = 64;
    private readonly GhostStack _ghosts;
    private readonly double[] _hits = new double[SizeFactors.Count];
    private readonly long[] _newHits = new long[SizeFactors.Count];
    private readonly long[] _capacities = new long[SizeFactors.Count];
    private readonly long _mostPerSecond;
    private ulong _threshold;
    private long _newReads;
    private long _accesses;
    private long _accessesThen;
    private long _thenMs;
    private double _reads;
    private long _sampledReads;
    private int _nextToExpire;

    /// <summary>Creates the simulation of a shard; with 0 bytes one that never samples.</summary>
    /// <param name="bytes">What its tables may take.</param>
    /// <param name="shards">How many shards share what may be sampled in a second.</param>
    public ShardSizing(long bytes, int shards)
    {
        _ghosts = new GhostStack((int)Math.Min(bytes / GhostStack.BytesPerPlace, GhostStack.MostPlaces));
        _threshold = _ghosts.Places == 0 ? 0 : ulong.MaxValue;
        _mostPerSecond = Math.Max(1, SampledPerSecond / shards);
    }

    /// <summary>
    /// What the tables of a store may take: a 256th of its memory, at most 8 MiB; a small one gives more, up to 96 KiB,
    /// since a few hundred keys tell nothing.
    /// </summary>
    public static long BytesFor(long memoryBytes) =>
        Math.Min(MostBytes, Math.Max(memoryBytes / MemoryShare, Math.Min(SmallBytes, memoryBytes / SmallShare)));

    /// <summary>What the tables count in the budget.</summary>
    public long Bytes => (long)_ghosts.Places * GhostStack.BytesPerPlace;

    /// <summary>Reads sampled.</summary>
    public long SampledReads => Volatile.Read(ref _sampledReads);

    /// <summary>Reads that the sampled stand for.</summary>
    public double Reads => Volatile.Read(ref _reads);

    /// <summary>The part of all keys that is sampled.</summary>
    public double Rate => Volatile.Read(ref _threshold) / AllHashes;

    /// <summary>Reads, as <see cref="Reads"/> counts, that a size answers and the next smaller does not.</summary>
    public double Hits(int size) => Volatile.Read(ref _hits[size]);

    /// <summary>Whether a key is among those simulated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Samples(ulong hash) => hash < _threshold;

    /// <summary>A read of a sampled key that found its entry.</summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="bytes">What the entry takes.</param>
    /// <param name="expiresAtMs">Its deadline; 0 for none.</param>
    /// <param name="countsAsUse">Whether the eviction order heard of it.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public void Read(ulong hash, long bytes, long expiresAtMs, bool countsAsUse, long nowMs)
    {
        int ghost = Count(hash, nowMs);
        if (countsAsUse)
        {
            Keep(ghost, hash, bytes, expiresAtMs);
        }
    }

    /// <summary>A read of a sampled key that found nothing.</summary>
    public void Miss(ulong hash, long nowMs)
    {
        int ghost = Count(hash, nowMs);
        if (ghost != 0)
        {
            // Whoever asked may write it again, which then is a use; a smaller size must not have it before.
            _ghosts.UseInItsSize(ghost);
        }
    }

    /// <summary>A sampled entry was written or used otherwise.</summary>
    public void Use(ulong hash, long bytes, long expiresAtMs)
    {
        _accesses++;
        Keep(_ghosts.Find(hash), hash, bytes, expiresAtMs);
    }

    /// <summary>A sampled key was deleted, or its time was over: no size has it.</summary>
    public void Remove(ulong hash)
    {
        if (_ghosts.Find(hash) is var ghost and not 0)
        {
            _ghosts.Remove(ghost);
        }
    }

    /// <summary>Every key was deleted.</summary>
    public void Clear()
    {
        if (_ghosts.Count > 0)
        {
            _ghosts.Clear();
        }
    }

    /// <summary>
    /// Settles what was counted, follows the memory that entries have, and keeps to the bound on what is sampled.
    /// </summary>
    /// <param name="capacities">Bytes that this shard's entries would have at each size.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public void Tick(ReadOnlySpan<long> capacities, long nowMs)
    {
        capacities.CopyTo(_capacities);
        Settle();
        _nextToExpire = _ghosts.DropExpired(_nextToExpire, PlacesPerTick, nowMs / 1000);
        long span = nowMs - _thenMs;
        if (span is >= 0 and < RateSpanMs)
        {
            _ghosts.SetCapacities(_capacities, Rate);
            return;
        }
        double perSecond = (_accesses - _accessesThen) * 1000.0 / span;
        if (_thenMs != 0 && perSecond > _mostPerSecond && _threshold > LeastForRate)
        {
            Lower((ulong)Math.Max(LeastForRate, _threshold * Math.Max(0.25, _mostPerSecond / perSecond)));
        }
        (_thenMs, _accessesThen) = (nowMs, _accesses);
        _ghosts.SetCapacities(_capacities, Rate);
    }

    private int Count(ulong hash, long nowMs)
    {
        _accesses++;
        _newReads++;
        int ghost = _ghosts.Find(hash);
        if (ghost != 0 && _ghosts[ghost].ExpiresAtS is not 0 and var end && end * 1000L <= nowMs)
        {
            _ghosts.Remove(ghost);
            return 0;
        }
        if (ghost != 0)
        {
            _newHits[_ghosts[ghost].Size]++;
        }
        return ghost;
    }

    private void Keep(int ghost, ulong hash, long bytes, long expiresAtMs)
    {
        uint size = (uint)Math.Min(bytes, uint.MaxValue);
        uint end = (uint)Math.Min((expiresAtMs + 999) / 1000, uint.MaxValue);
        if (ghost != 0)
        {
            _ghosts.Use(ghost, size, end);
            return;
        }
        while (hash < _threshold && !_ghosts.TryAdd(hash, size, end))
        {
            Lower(_threshold - (_threshold >> 3));
        }
    }

    private void Lower(ulong threshold)
    {
        Settle();
        Volatile.Write(ref _threshold, threshold);
        _ghosts.DropFrom(threshold);
        _ghosts.SetCapacities(_capacities, Rate);
    }

    /// <summary>Counts what was sampled at the present rate.</summary>
    private void Settle()
    {
        if (_newReads == 0)
        {
            return;
        }
        double each = AllHashes / _threshold;
        Volatile.Write(ref _sampledReads, _sampledReads + _newReads);
        Volatile.Write(ref _reads, _reads + (_newReads * each));
        for (int size = 0; size < _newHits.Length; size++)
        {
            Volatile.Write(ref _hits[size], _hits[size] + (_newHits[size] * each));
            _newHits[size] = 0;
        }
        _newReads = 0;
    }
}
