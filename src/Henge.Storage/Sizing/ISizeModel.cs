namespace Henge.Storage.Sizing;

/// <summary>
/// Caches of several sizes over sampled keys without values, all under one policy: the seam between sampling and
/// policies. Keys are named by their place in its table; 0 is none. The shard's lock guards it.
/// </summary>
internal interface ISizeModel
{
    /// <summary>Keys that it has places for.</summary>
    int Places { get; }

    /// <summary>Keys remembered.</summary>
    int Count { get; }

    /// <summary>Has the memory that samples will need on its way, so that the cache misses overlap.</summary>
    void Prefetch(ReadOnlySpan<Sample> samples);

    /// <summary>The place of a key; 0 when no size holds it.</summary>
    int Find(ulong hash);

    /// <summary>What is at a place, from 1 to <see cref="Places"/>.</summary>
    ref readonly SampledKey KeyAt(int place);

    /// <summary>The sizes that hold a key: a bit for each of <see cref="SizeFactors"/>.</summary>
    uint SizesWith(int key);

    /// <summary>
    /// Sets how many bytes of sampled keys each size holds, and which part of all keys is sampled.
    /// </summary>
    void SetCapacities(ReadOnlySpan<long> bytes, double rate);

    /// <summary>Takes a key into all sizes, as used just now; false when there is no place.</summary>
    bool TryAdd(in Sample sample);

    /// <summary>A key was found and used, or written with a new size: sizes that do not hold it take it in.</summary>
    void Use(int key, in Sample sample);

    /// <summary>
    /// A key was asked for, and the store does not have it. Sizes that hold it have seen a use; the others must not
    /// have it before somebody writes it.
    /// </summary>
    void Miss(int key);

    /// <summary>A key goes from all sizes.</summary>
    void Remove(int key);

    /// <summary>Forgets all keys.</summary>
    void Clear();
}
