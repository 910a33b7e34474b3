using Henge.Storage.Shards;

namespace Henge.Storage.Sizing;

/// <summary>What a store and the simulations of its shards have counted up to one moment.</summary>
internal readonly record struct SizingTotals
{
    /// <summary>When, in unix milliseconds.</summary>
    public long AtMs { get; init; }

    /// <summary>Reads that found their key.</summary>
    public long Hits { get; init; }

    /// <summary>All reads.</summary>
    public long Reads { get; init; }

    /// <summary>Reads that were sampled.</summary>
    public long SampledReads { get; init; }

    /// <summary>Reads that the sampled stand for.</summary>
    public double ModelReads { get; init; }

    /// <summary>Those of them that each size answers.</summary>
    public double[] ModelHits { get; init; }

    /// <summary>What a store has counted that has just begun.</summary>
    public static SizingTotals None(long nowMs) => new() { AtMs = nowMs, ModelHits = new double[SizeFactors.Count] };

    /// <summary>Sums what the shards of a store count.</summary>
    public static SizingTotals Of(StoreCore core, long nowMs)
    {
        long hits = 0;
        long misses = 0;
        long sampled = 0;
        double reads = 0;
        double[] modelHits = new double[SizeFactors.Count];
        foreach (Shard shard in core.Shards)
        {
            hits += shard.Hits;
            misses += shard.Gone.Misses;
            sampled += shard.Sizing.SampledReads;
            reads += shard.Sizing.Reads;
            for (int size = 0; size < SizeFactors.Count; size++)
            {
                modelHits[size] += shard.Sizing.Hits(size);
            }
        }
        return new SizingTotals
        {
            AtMs = nowMs,
            Hits = hits,
            Reads = hits + misses,
            SampledReads = sampled,
            ModelReads = reads,
            ModelHits = modelHits,
        };
    }
}
