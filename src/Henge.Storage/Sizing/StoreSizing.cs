using Henge.Storage.Eviction;
using Henge.Storage.Shards;

namespace Henge.Storage.Sizing;

/// <summary>
/// What-if sizing of a store: tells the shards' simulations how much memory there is for entries, and remembers what
/// they had counted, every 30 s for ten minutes, so that figures are of that window. One thread ticks, any may ask.
/// </summary>
internal sealed class StoreSizing
{
    /// <summary>How far apart what is remembered is.</summary>
    public const long StepMs = 30_000;

    /// <summary>How many steps a window has.</summary>
    public const int Steps = 20;

    private const long TickMs = 200;
    private const double LeastSlack = 16;
    private const double MostSlack = 2;

    // Of stores of 1 to 20 MiB: twice the memory of a shard has about a fifth more free slots, as it has entries of a
    // few sizes more.
    private const double SlackGrowth = 0.25;
    private readonly StoreCore _core;
    private readonly Lock _lock = new();
    private readonly Queue<SizingTotals> _past = new();
    private long _tickedMs = long.MinValue;
    private long _newestMs;

    /// <summary>Creates it for a store.</summary>
    public StoreSizing(StoreCore core) => _core = core;

    /// <summary>Whether anything is simulated.</summary>
    public bool IsOn => _core.SizingBytes > 0;

    /// <summary>The policy that is simulated: the store's own, or the one that comes nearest to it.</summary>
    public EvictionPolicy Model => ShardSizing.ModelOf(_core.Eviction);

    /// <summary>Does what is due.</summary>
    public void Tick(long nowMs)
    {
        if (!IsOn || (nowMs >= _tickedMs && nowMs - _tickedMs < TickMs && _tickedMs > 0))
        {
            return;
        }
        _tickedMs = nowMs;
        Span<long> capacities = stackalloc long[SizeFactors.Count];
        Measure(capacities);
        foreach (Shard shard in _core.Shards)
        {
            shard.Lock.Enter();
            shard.Sizing.Tick(capacities, nowMs);
            shard.Lock.Exit();
        }
        lock (_lock)
        {
            if (_past.Count == 0)
            {
                _past.Enqueue(SizingTotals.None(nowMs));
                _newestMs = nowMs;
            }
            else if (nowMs - _newestMs is >= StepMs or < 0)
            {
                Remember(nowMs);
            }
        }
    }

    /// <summary>The figures of the window up to now.</summary>
    public SizingEstimate Estimate(long nowMs)
    {
        lock (_lock)
        {
            SizingTotals now = SizingTotals.Of(_core, nowMs);
            return SizingEstimate.Between(_past.Count == 0 ? SizingTotals.None(nowMs) : _past.Peek(), now);
        }
    }

    /// <summary>Begins the window anew: the store's counters were zeroed.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            _past.Clear();
            if (_tickedMs > 0)
            {
                Remember(_tickedMs);
            }
        }
    }

    /// <summary>Has the simulations forget their keys: all are being deleted.</summary>
    public void Forget()
    {
        foreach (Shard shard in _core.Shards)
        {
            shard.Lock.Enter();
            shard.Sizing.Clear();
            shard.Lock.Exit();
        }
    }

    private void Remember(long nowMs)
    {
        _past.Enqueue(SizingTotals.Of(_core, nowMs));
        _newestMs = nowMs;
        if (_past.Count > Steps + 1)
        {
            _past.Dequeue();
        }
    }

    /// <summary>
    /// How many bytes of entries one shard has room for at each size: the limit less what is no entry. Tables and
    /// tombstones are taken to grow with the memory, buffers of connections not. Free slots are a part-filled page for
    /// each size of entry in each shard, which is little more in a larger shard, as long as that is between a
    /// sixteenth and a half of the memory.
    /// </summary>
    private void Measure(Span<long> capacities)
    {
        long growing = 0;
        long slack = 0;
        foreach (Shard shard in _core.Shards)
        {
            slack += shard.Arena.SlackBytes;
            growing += Shard.FixedBytes + shard.Gone.Bytes + shard.Sizing.Bytes + shard.Order.CountedBytes
                + shard.Tombstones.Bytes + shard.Index.Bytes - (StoreOptions.IndexBytesPerEntry * shard.Index.Count);
        }
        long limit = _core.Memory.Limit;
        long charged = _core.Memory.Charged;
        int shards = _core.Shards.Length;
        double most = MostByEntries(_core.Memory.Used - charged - growing - slack);
        for (int size = 0; size < capacities.Length; size++)
        {
            double factor = SizeFactors.All[size];
            double memory = factor * limit;
            double moreShards = (double)_core.ShardsWith((long)memory) / shards;
            double moreInEach = Math.Pow(factor / moreShards, SlackGrowth);
            double free = size == SizeFactors.Own ? slack
                : Math.Clamp(slack * moreShards * moreInEach, memory / LeastSlack, memory / MostSlack);
            double room = memory - (factor * growing) - free - charged;
            capacities[size] = (long)(Math.Clamp(room, 0, most) / shards);
        }
    }

    /// <summary>What the bound on entries leaves of any size, as long as entries are as large as now.</summary>
    private double MostByEntries(long bytes) => _core.Entries is { Limit: > 0 and var limit, Count: > 0 and var count }
        ? (double)Math.Max(0, bytes) / count * limit
        : double.MaxValue;
}
