using Henge.Storage.Figures;
using Henge.Storage.Shards;

namespace Henge.Storage;

/// <summary>Counters and sizes of a store, summed over its shards at about one moment.</summary>
internal readonly record struct StoreStatistics
{
    /// <summary>Entries held, expired ones not yet swept included.</summary>
    public long Entries { get; init; }

    /// <summary>Entries held that have an expiry.</summary>
    public long EntriesWithExpiry { get; init; }

    /// <summary>The memory limit in bytes.</summary>
    public long LimitBytes { get; init; }

    /// <summary>Accounted bytes: arena pages in use, large values, index, tables and charged buffers.</summary>
    public long UsedBytes { get; init; }

    /// <summary>Part of <see cref="UsedBytes"/> that the index takes.</summary>
    public long IndexBytes { get; init; }

    /// <summary>Keys and values alone, in bytes.</summary>
    public long DataBytes { get; init; }

    /// <summary>Part of <see cref="UsedBytes"/> that was charged from outside (buffers).</summary>
    public long ChargedBytes { get; init; }

    /// <summary>Part of <see cref="UsedBytes"/> that what is left of deleted keys takes.</summary>
    public long TombstoneBytes { get; init; }

    /// <summary>Reads that found their key.</summary>
    public long Hits { get; init; }

    /// <summary>Reads that did not.</summary>
    public long Misses { get; init; }

    /// <summary>Entries evicted to make room.</summary>
    public long Evicted { get; init; }

    /// <summary>Entries whose deadline passed.</summary>
    public long Expired { get; init; }

    /// <summary>Reads that did not find their key, for one reason.</summary>
    internal static long MissesBy(StoreCore core, MissReason reason) =>
        core.Shards.Sum(shard => shard.Gone.MissesBy((int)reason));

    /// <summary>How long ago what was evicted had been written, in milliseconds.</summary>
    internal static HistogramSum EvictionAges(StoreCore core) =>
        Sum(core, static reclaimer => reclaimer.EvictionAges);

    /// <summary>How late expired entries that nobody asked for were taken away, in milliseconds.</summary>
    internal static HistogramSum ExpiryLags(StoreCore core) => Sum(core, static reclaimer => reclaimer.ExpiryLags);

    /// <summary>Sums what the shards of a store count.</summary>
    internal static StoreStatistics Of(StoreCore core)
    {
        var sum = new StoreStatistics
        {
            Entries = core.Entries.Count,
            LimitBytes = core.Memory.Limit,
            UsedBytes = core.Memory.Used,
            ChargedBytes = core.Memory.Charged,
        };
        foreach (Shard shard in core.Shards)
        {
            sum = sum with
            {
                EntriesWithExpiry = sum.EntriesWithExpiry + shard.Wheel.Count,
                IndexBytes = sum.IndexBytes + shard.Index.Bytes,
                DataBytes = sum.DataBytes + shard.DataBytes,
                TombstoneBytes = sum.TombstoneBytes + shard.Tombstones.Bytes,
                Hits = sum.Hits + shard.Hits,
                Misses = sum.Misses + shard.Gone.Misses,
                Evicted = sum.Evicted + shard.Evicted,
                Expired = sum.Expired + shard.Expired,
            };
        }
        return sum;
    }

    private static HistogramSum Sum(StoreCore core, Func<Reclaimer, LogHistogram> pick)
    {
        var sum = new HistogramSum();
        foreach (Shard shard in core.Shards)
        {
            sum.Add(pick(shard.Reclaimer));
        }
        return sum;
    }
}
