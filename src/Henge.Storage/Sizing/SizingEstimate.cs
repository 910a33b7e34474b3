namespace Henge.Storage.Sizing;

/// <summary>Which part of reads would find their key with other sizes of memory, over the time of a window.</summary>
internal sealed record SizingEstimate
{
    /// <summary>Length of the window in milliseconds.</summary>
    public required long WindowMs { get; init; }

    /// <summary>Reads in it.</summary>
    public required long Reads { get; init; }

    /// <summary>Those of them that were simulated.</summary>
    public required long SampledReads { get; init; }

    /// <summary>The part of reads that found their key; NaN without reads.</summary>
    public required double HitRatio { get; init; }

    /// <summary>The part that would have, for each of <see cref="SizeFactors"/>; NaN without reads.</summary>
    public required double[] HitRatios { get; init; }

    /// <summary>
    /// The same as the simulation alone has it, which knows nothing of what the store did: for judging it.
    /// </summary>
    public required double[] ModelHitRatios { get; init; }

    /// <summary>
    /// What happened between two moments. The simulation is asked for differences only: it says how many reads more,
    /// or fewer, another size would answer than the store's own, whose hits are known. Sampling errs by which of the
    /// keys in constant use it has, and these are hits at every size, so the difference does not err by them.
    /// </summary>
    public static SizingEstimate Between(SizingTotals begin, SizingTotals end)
    {
        long reads = end.Reads - begin.Reads;
        double hits = end.Hits - begin.Hits;
        double modelReads = end.ModelReads - begin.ModelReads;
        double[] ratios = new double[SizeFactors.Count];
        double[] models = new double[SizeFactors.Count];
        double own = end.ModelHits[SizeFactors.Own] - begin.ModelHits[SizeFactors.Own];
        for (int size = 0; size < ratios.Length; size++)
        {
            double model = end.ModelHits[size] - begin.ModelHits[size];
            ratios[size] = reads == 0 ? double.NaN : Math.Clamp((hits + model - own) / reads, 0, 1);
            models[size] = modelReads == 0 ? double.NaN
                : Math.Clamp((model + reads - modelReads) / reads, 0, 1);
        }
        return new SizingEstimate
        {
            WindowMs = Math.Max(0, end.AtMs - begin.AtMs),
            Reads = reads,
            SampledReads = end.SampledReads - begin.SampledReads,
            HitRatio = reads == 0 ? double.NaN : hits / reads,
            HitRatios = ratios,
            ModelHitRatios = models,
        };
    }
}
