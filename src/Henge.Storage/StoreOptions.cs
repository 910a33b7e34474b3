using Henge.Storage.Eviction;
using Henge.Storage.Slots;

namespace Henge.Storage;

/// <summary>Limits and shape of one <see cref="Store"/>.</summary>
internal sealed class StoreOptions
{
    /// <summary>Longest key, in bytes.</summary>
    public const int MaxKeyBytes = 64 * 1024;

    /// <summary>Longest attributes, in bytes.</summary>
    public const int MaxAttributeBytes = 16 * 1024;

    /// <summary>About what an entry takes in the index, in bytes.</summary>
    public const int IndexBytesPerEntry = 9;

    /// <summary>Most shards.</summary>
    public const int MaxShards = 256;

    /// <summary>Smallest memory limit: below it fixed tables and half-filled pages leave no room for entries.</summary>
    public const long SmallestMemoryBytes = 1L << 20;

    /// <summary>Smallest memory limit for each shard, when the number of shards is set.</summary>
    public const long SmallestShardBytes = 512L << 10;

    private const long PreferredShardBytes = 16L << 20;
    private const long OneShardEntries = 64 * 1024;
    private const int ShardsPerCore = 8;
    private const int PreferredMaxShards = 64;

    /// <summary>Bytes that entries, index, tombstones and charged buffers may take together.</summary>
    public long MemoryBytes { get; init; } = 256L << 20;

    /// <summary>Most entries at once; 0 means bounded by memory alone.</summary>
    public long MaxEntries { get; init; }

    /// <summary>Longest value, in bytes (64 MiB unless set).</summary>
    public int MaxValueBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Stripes of the store, a power of two from 1 to 256; 0 lets the store choose from cores and memory.
    /// </summary>
    public int Shards { get; init; }

    /// <summary>Who is evicted when a bound is reached.</summary>
    public EvictionPolicy Eviction { get; init; } = EvictionPolicy.Lru;

    /// <summary>
    /// Tells slots apart; null (default) for a store without slots, which then counts none, has no floors and cannot
    /// drop slots.
    /// </summary>
    public ISlotFunction? Slots { get; init; }

    /// <summary>How many slots <see cref="Slots"/> tells apart: its answers are below this number.</summary>
    public int SlotCount { get; init; } = 16384;

    /// <summary>
    /// Versions come from the wall clock alone, whatever is stored. For the simulator only, to prove that it would see
    /// it.
    /// </summary>
    public bool VersionsIgnoreStored { get; init; }

    /// <summary>
    /// A merged record replaces what is here whatever their order. For the simulator only, to prove that it would see
    /// it.
    /// </summary>
    public bool MergesLastArrival { get; init; }

    /// <summary>Whether misses can say why; false by default, and then all are of keys that were absent.</summary>
    public bool RemembersDepartures { get; init; }

    /// <summary>Whether other sizes of memory are simulated (<see cref="Store.Sizing"/>); false by default.</summary>
    public bool SimulatesSizes { get; init; }

    /// <summary>Whether keys in most use are noted (<see cref="Store.Tops"/>); false by default.</summary>
    public bool NotesTops { get; init; }

    /// <summary>Seed of the keyed hash; 0 draws one from the system's random source.</summary>
    public ulong HashSeed { get; init; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">
    /// One is out of its range; the text says which and what is allowed.
    /// </exception>
    public void Validate()
    {
        if (Shards < 0 || Shards > MaxShards || (Shards & (Shards - 1)) != 0)
        {
            throw new ArgumentException($"Shards must be 0 or a power of two up to {MaxShards}, not {Shards}.");
        }
        if (MaxEntries < 0 || MaxValueBytes < 0 || SlotCount < 0)
        {
            throw new ArgumentException("MaxEntries, MaxValueBytes and SlotCount must not be negative.");
        }
        long smallest = SmallestMemory(Math.Max(Shards, 1));
        if (MemoryBytes < smallest)
        {
            throw new ArgumentException(
                $"The memory limit of {MemoryBytes} bytes is too small: at least {smallest} bytes are needed.");
        }
    }

    /// <summary>The smallest memory limit that serves a number of shards.</summary>
    internal static long SmallestMemory(int shards) => Math.Max(SmallestMemoryBytes, shards * SmallestShardBytes);

    /// <summary>
    /// The number of shards to use: enough that cores seldom meet, few enough that each has memory worth dividing. A
    /// store bounded to few entries has one, and so evicts by exact LRU over all.
    /// </summary>
    internal int ChooseShards(int cores) => ChooseShards(cores, MemoryBytes);

    /// <summary>As above, had the store so much memory.</summary>
    internal int ChooseShards(int cores, long memoryBytes)
    {
        if (Shards > 0)
        {
            return Shards;
        }
        if (MaxEntries is > 0 and < OneShardEntries)
        {
            return 1;
        }
        long most = Math.Min(memoryBytes / PreferredShardBytes, Math.Min(PreferredMaxShards, ShardsPerCore * cores));
        return (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(most, 1) + 1) / 2;
    }
}
