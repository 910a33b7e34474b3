using System.Numerics;

using Henge.Storage.Regions;

namespace Henge.Storage.Eviction;

/// <summary>
/// Remembers which keys were evicted lately, as 32-bit fingerprints with the time of eviction (counted in evictions),
/// in buckets of four that forget their oldest. It errs a little both ways, which costs a hit now and then.
/// It grows with the number of entries, forgetting what it knew, and counts in the budget.
/// </summary>
internal sealed class GhostTable
{
    private const int Ways = 4;
    private readonly MemoryBudget _budget;
    private uint[] _fingerprints = [];
    private uint[] _times = [];
    private uint _now = 1;

    /// <summary>Creates an empty table.</summary>
    public GhostTable(MemoryBudget budget) => _budget = budget;

    /// <summary>
    /// Sees to places for as many evictions as the order has entries. To be asked while the order grows: at the first
    /// eviction all memory is taken.
    /// </summary>
    public void Reserve(long entries)
    {
        if (entries > _fingerprints.Length)
        {
            Grow(entries);
        }
    }

    /// <summary>Notes an eviction.</summary>
    public void Add(ulong hash)
    {
        if (_fingerprints.Length == 0)
        {
            return;
        }
        int bucket = BucketOf(hash);
        int oldest = bucket;
        for (int i = bucket; i < bucket + Ways; i++)
        {
            if (_now - _times[i] > _now - _times[oldest])
            {
                oldest = i;
            }
        }
        _fingerprints[oldest] = (uint)(hash >> 32);
        _times[oldest] = _now++;
    }

    /// <summary>Whether a key was among the last <paramref name="reach"/> evictions; it is then forgotten.</summary>
    public bool Take(ulong hash, long reach)
    {
        if (_fingerprints.Length == 0)
        {
            return false;
        }
        int bucket = BucketOf(hash);
        for (int i = bucket; i < bucket + Ways; i++)
        {
            if (_fingerprints[i] == (uint)(hash >> 32) && _times[i] != 0)
            {
                bool recent = _now - _times[i] <= reach;
                _times[i] = 0;
                return recent;
            }
        }
        return false;
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => Array.Clear(_times);

    // The low bits chose shard and bucket of the index; the fingerprint is the high half, so the middle is left.
    private int BucketOf(ulong hash) => (int)(hash >> 16) & (_fingerprints.Length - 1) & -Ways;

    private void Grow(long entries)
    {
        int places = (int)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(entries, 64, 1 << 29));
        long more = (places - _fingerprints.Length) * 2L * sizeof(uint);
        if (_budget.TryTake(more))
        {
            _fingerprints = new uint[places];
            _times = new uint[places];
            CountedBytes += more;
        }
    }

    /// <summary>Bytes that count in the budget.</summary>
    public long CountedBytes { get; private set; }
}
