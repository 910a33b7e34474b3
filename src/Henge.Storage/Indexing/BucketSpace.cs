using Henge.Storage.Regions;

namespace Henge.Storage.Indexing;

/// <summary>
/// A growing row of buckets in one region, counted in the budget 64 at a time. Whatever was reached once stays
/// readable, because hints read buckets without the lock. The shard's lock guards the rest.
/// </summary>
internal sealed unsafe class BucketSpace : IDisposable
{
    /// <summary>Buckets taken from the budget at a time: 4 KiB.</summary>
    public const uint ChunkBuckets = 64;

    private const long ChunkBytes = ChunkBuckets * BucketRef.Bytes;

    // A large page is begun long before it is full: below this size it would be too large a part of the whole.
    private const long LargePagesFrom = 2 * NativeMemoryRegion.LargePageBytes;
    private readonly MemoryBudget _budget;
    private readonly NativeMemoryRegion _region;
    private readonly byte* _base;

    /// <summary>Reserves addresses for buckets.</summary>
    public BucketSpace(MemoryBudget budget, long bytes, bool largePages, long stagger)
    {
        _budget = budget;
        _region = new NativeMemoryRegion(
            bytes, largePages ? LargePagesFrom : long.MaxValue, stagger, alwaysReadable: true);
        _base = _region.Address;
    }

    /// <summary>Bytes counted.</summary>
    public long Bytes { get; private set; }

    /// <summary>A bucket that was reached before. The space owns it.</summary>
    public BucketRef this[uint number] => new(_base + ((nuint)number * BucketRef.Bytes));

    /// <summary>Address of a bucket, for hints.</summary>
    public byte* AddressOf(uint number) => _base + ((nuint)number * BucketRef.Bytes);

    /// <summary>
    /// Takes memory to hold bucket <paramref name="number"/>; false when the budget or system refuses.
    /// </summary>
    public bool TryReach(uint number)
    {
        while (number * (long)BucketRef.Bytes >= Bytes)
        {
            if (!_budget.TryTake(ChunkBytes))
            {
                return false;
            }
            if (!_region.TryCommit(Bytes, ChunkBytes))
            {
                _budget.Return(ChunkBytes);
                return false;
            }
            Bytes += ChunkBytes;
        }
        return true;
    }

    /// <summary>
    /// Gives memory behind the first <paramref name="count"/> buckets back, but for one chunk against going to and fro.
    /// </summary>
    public void Retreat(uint count)
    {
        if ((count * (long)BucketRef.Bytes) + (2 * ChunkBytes) <= Bytes)
        {
            Bytes -= ChunkBytes;
            _region.Discard(Bytes, ChunkBytes);
            _budget.Return(ChunkBytes);
        }
    }

    /// <summary>Gives all memory but the first chunk back.</summary>
    public void Clear()
    {
        if (Bytes > ChunkBytes)
        {
            _region.Discard(ChunkBytes, Bytes - ChunkBytes);
            _budget.Return(Bytes - ChunkBytes);
            Bytes = ChunkBytes;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _region.Dispose();
}
