namespace Henge.Storage;

/// <summary>Limits and shape of one <see cref="Store"/>.</summary>
internal sealed class StoreOptions
{
    /// <summary>Longest key, in bytes.</summary>
    public const int MaxKeyBytes = 64 * 1024;

    /// <summary>Bytes that entries, index, tombstones and charged buffers may take together.</summary>
    public long MemoryBytes { get; init; } = 256L << 20;

    /// <summary>Most entries at once; 0 means bounded by memory alone.</summary>
    public long MaxEntries { get; init; }

    /// <summary>Longest value, in bytes (64 MiB unless set).</summary>
    public int MaxValueBytes { get; init; } = 64 << 20;

    /// <summary>Stripes of the store, a power of two from 1 to 256; 0 lets the store choose from cores and memory.</summary>
    public int Shards { get; init; }

    /// <summary>Who is evicted when a bound is reached.</summary>
    public EvictionPolicy Eviction { get; init; } = EvictionPolicy.Lru;

    /// <summary>Seed of the keyed hash; 0 draws one from the system's random source.</summary>
    public ulong HashSeed { get; init; }
}
