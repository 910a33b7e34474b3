using System.Runtime.CompilerServices;

using Henge.Storage.Eviction;

namespace Henge.Storage.Sizing;

/// <summary>
/// Simulates caches of other sizes over the keys of one shard whose hash is below a threshold (SHARDS, Waldspurger et
/// al., FAST 2015; miniature simulations, ATC 2017): about as many hits in a hundred as over all keys, in a memory
/// smaller by the rate of sampling. The threshold begins at all keys and is lowered when there are more than fit the
/// table, and when more is sampled in a second than it may. What was counted before is counted at its own rate. An
/// access that is not sampled costs one comparison; one that is waits until there are some, so that what they need of
/// the tables, which are cold by then, is fetched at once. The shard's lock guards it; what is settled may be read by
/// any thread.
/// </summary>
internal sealed class ShardSizing
{
    private const int MemoryShare = 256;
    private const long MostBytes = 8L << 20;
    private const long SmallBytes = 96L << 10;
    private const int SmallShare = 64;

    // Beside millions of requests the tables are cold, and one costs about half a microsecond: below one percent of one
    // processor (docs/benchmarks.md).
    private const long SampledPerSecond = 12_500;
    private const long RateSpanMs = 1000;
    private const double AllHashes = 18446744073709551616.0;
    private const ulong LeastForRate = 1UL << 52;
    private const int PlacesPerTick = 64;

    // About as many cache misses as a processor has under way at once.
    private const int MostWaiting = 16;
    private readonly ISizeModel _model;
    private readonly Sample[] _waiting = new Sample[MostWaiting];
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
    private int _waitingCount;
    private int _nextToExpire;

    /// <summary>Creates the simulation of a shard; with 0 bytes one that never samples.</summary>
    /// <param name="bytes">What its tables may take.</param>
    /// <param name="shards">How many shards share what may be sampled in a second.</param>
    /// <param name="policy">Who is evicted in the store.</param>
    public ShardSizing(long bytes, int shards, EvictionPolicy policy)
    {
        long forKeys = Math.Max(0, bytes - (MostWaiting * Unsafe.SizeOf<Sample>()));
        _model = ModelOf(policy) == EvictionPolicy.S3Fifo ? new S3FifoSizes(forKeys) : new LruSizes(forKeys);
        _threshold = _model.Places == 0 ? 0 : ulong.MaxValue;
        _mostPerSecond = Math.Max(1, SampledPerSecond / shards);
        Bytes = _model.Places == 0 ? 0 : bytes;
    }

    /// <summary>
    /// What the tables of a store may take: a 256th of its memory, at most 8 MiB; a small one gives more, up to 96 KiB,
    /// since a few hundred keys tell nothing.
    /// </summary>
    public static long BytesFor(long memoryBytes) =>
        Math.Min(MostBytes, Math.Max(memoryBytes / MemoryShare, Math.Min(SmallBytes, memoryBytes / SmallShare)));

    /// <summary>
    /// The policy that is simulated for a store of some policy. What W-TinyLFU gains by more memory is nearer to what
    /// S3-FIFO does than to LRU.
    /// </summary>
    public static EvictionPolicy ModelOf(EvictionPolicy policy) =>
        policy == EvictionPolicy.Lru ? EvictionPolicy.Lru : EvictionPolicy.S3Fifo;

    /// <summary>What the tables count in the budget.</summary>
    public long Bytes { get; }

    /// <summary>Reads sampled.</summary>
    public long SampledReads => Volatile.Read(ref _sampledReads);

    /// <summary>Reads that the sampled stand for.</summary>
    public double Reads => Volatile.Read(ref _reads);

    /// <summary>The part of all keys that is sampled.</summary>
    public double Rate => Volatile.Read(ref _threshold) / AllHashes;

    /// <summary>Reads, as <see cref="Reads"/> counts, that a size answers.</summary>
    public double Hits(int size) => Volatile.Read(ref _hits[size]);

    /// <summary>Whether a key is among those simulated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Samples(ulong hash) => hash < _threshold;

    /// <summary>Notes an access to a sampled key.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="hash">The key's hash.</param>
    /// <param name="bytes">What the entry takes; 0 without one.</param>
    /// <param name="expiresAtMs">Its deadline; 0 for none.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public void Note(SampleKind kind, ulong hash, long bytes, long expiresAtMs, long nowMs)
    {
        _waiting[_waitingCount++] = new Sample
        {
            Kind = kind,
            Hash = hash,
            NowMs = nowMs,
            Bytes = (uint)Math.Clamp(bytes, 1, uint.MaxValue),
            ExpiresAtS = (uint)Math.Min((expiresAtMs + 999) / 1000, uint.MaxValue),
        };
        if (_waitingCount == MostWaiting)
        {
            Drain();
        }
    }

    /// <summary>Every key was deleted.</summary>
    public void Clear()
    {
        Drain();
        if (_model.Count > 0)
        {
            _model.Clear();
        }
    }

    /// <summary>
    /// Settles what was counted, follows the memory that entries have, and keeps to the bound on what is sampled.
    /// </summary>
    /// <param name="capacities">Bytes that this shard's entries would have at each size.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public void Tick(ReadOnlySpan<long> capacities, long nowMs)
    {
        Drain();
        capacities.CopyTo(_capacities);
        Settle();
        DropExpired(nowMs);
        long span = nowMs - _thenMs;
        if (span is >= 0 and < RateSpanMs)
        {
            _model.SetCapacities(_capacities, Rate);
            return;
        }
        double perSecond = (_accesses - _accessesThen) * 1000.0 / span;
        if (_thenMs != 0 && perSecond > _mostPerSecond && _threshold > LeastForRate)
        {
            Lower((ulong)Math.Max(LeastForRate, _threshold * Math.Max(0.25, _mostPerSecond / perSecond)));
        }
        (_thenMs, _accessesThen) = (nowMs, _accesses);
        _model.SetCapacities(_capacities, Rate);
    }

    private void Drain()
    {
        ReadOnlySpan<Sample> waiting = _waiting.AsSpan(0, _waitingCount);
        _waitingCount = 0;
        _model.Prefetch(waiting);
        foreach (ref readonly Sample sample in waiting)
        {
            // One of those before it may have lowered the threshold.
            if (Samples(sample.Hash))
            {
                Apply(in sample);
            }
        }
    }

    private void Apply(in Sample sample)
    {
        int key = _model.Find(sample.Hash);
        if (sample.Kind == SampleKind.Remove)
        {
            if (key != 0)
            {
                _model.Remove(key);
            }
            return;
        }
        _accesses++;
        if (sample.Kind != SampleKind.Use)
        {
            Count(ref key, sample.NowMs);
        }
        if (sample.Kind is SampleKind.Read or SampleKind.Use)
        {
            Keep(key, in sample);
        }
        else if (sample.Kind == SampleKind.Miss && key != 0)
        {
            _model.Miss(key);
        }
    }

    private void Count(ref int key, long nowMs)
    {
        _newReads++;
        if (key != 0 && _model.KeyAt(key).IsExpired(nowMs))
        {
            _model.Remove(key);
            key = 0;
        }
        uint sizes = key == 0 ? 0 : _model.SizesWith(key);
        for (int size = 0; size < _newHits.Length; size++)
        {
            _newHits[size] += sizes >> size & 1;
        }
    }

    private void Keep(int key, in Sample sample)
    {
        if (key != 0)
        {
            _model.Use(key, in sample);
            return;
        }
        while (Samples(sample.Hash) && !_model.TryAdd(in sample))
        {
            Lower(_threshold - (_threshold >> 3));
        }
    }

    /// <summary>Forgets what has expired at some of the places, going round.</summary>
    private void DropExpired(long nowMs)
    {
        for (int i = 0; i < PlacesPerTick && _model.Count > 0; i++)
        {
            _nextToExpire = _nextToExpire >= _model.Places ? 1 : _nextToExpire + 1;
            if (_model.KeyAt(_nextToExpire) is { IsInUse: true } key && key.IsExpired(nowMs))
            {
                _model.Remove(_nextToExpire);
            }
        }
    }

    private void Lower(ulong threshold)
    {
        Settle();
        Volatile.Write(ref _threshold, threshold);
        for (int place = 1; place <= _model.Places; place++)
        {
            if (_model.KeyAt(place) is { IsInUse: true } key && key.Hash >= threshold)
            {
                _model.Remove(place);
            }
        }
        _model.SetCapacities(_capacities, Rate);
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
