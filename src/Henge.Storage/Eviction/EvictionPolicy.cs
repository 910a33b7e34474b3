namespace Henge.Storage.Eviction;

/// <summary>Who is evicted when a bound is reached.</summary>
public enum EvictionPolicy : byte
{
    /// <summary>Exact least recently used within a shard.</summary>
    Lru = 0,

    /// <summary>S3-FIFO: small, main and ghost queues.</summary>
    S3Fifo = 1,

    /// <summary>W-TinyLFU: a window and a segmented main space behind a frequency sketch.</summary>
    TinyLfu = 2,
}
