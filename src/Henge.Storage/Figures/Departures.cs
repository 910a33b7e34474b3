using System.Numerics;

using Henge.Storage.Shards;

namespace Henge.Storage.Figures;

/// <summary>
/// Remembers why the entries of a shard went, so that a miss can say so, and counts misses by reason. A table of 32-bit
/// places, found by hash, each with 29 other bits of the hash and a reason; the later key takes the place. So it never
/// names a reason for a key that had none but for one in 500 million, forgets the older of two, and costs one write
/// when an entry goes and one look at a miss, never at a hit. It takes <see cref="MemoryShare"/> of the memory, which
/// counts. The shard's lock guards it; counters may be read by any thread.
/// </summary>
internal sealed class Departures
{
    /// <summary>One part in so many of the memory limit is for the table; at most 4 MiB for each shard.</summary>
    public const int MemoryShare = 512;

    private const int MaxPlaces = 1 << 20;
    private const int ReasonBits = 3;
    private readonly uint[] _places;
    private readonly long[] _misses = new long[Enum.GetValues<MissReason>().Length];

    /// <summary>Creates a table for its part of a shard's memory; 0 bytes for one that remembers nothing.</summary>
    public Departures(long bytes)
    {
        long places = Math.Min(bytes / sizeof(uint), MaxPlaces);
        _places = places == 0 ? [] : new uint[1 << BitOperations.Log2((ulong)places)];
    }

    /// <summary>What the table counts in the budget.</summary>
    public long Bytes => _places.Length * sizeof(uint);

    /// <summary>Reads that found nothing.</summary>
    public long Misses
    {
        get
        {
            long sum = 0;
            for (int reason = 0; reason < _misses.Length; reason++)
            {
                sum += MissesBy(reason);
            }
            return sum;
        }
    }

    /// <summary>Those of one reason.</summary>
    public long MissesBy(int reason) => Volatile.Read(ref _misses[reason]);

    /// <summary>An entry went.</summary>
    public void Note(ulong hash, MissReason why)
    {
        if (_places.Length > 0)
        {
            _places[PlaceOf(hash)] = Fingerprint(hash) | (uint)why;
        }
    }

    /// <summary>
    /// Why an open scope's key has no entry; null from a table that remembers nothing. Of a tombstone without a note a
    /// deletion is the cause.
    /// </summary>
    /// <param name="open">The scope.</param>
    /// <param name="isLoading">Whether entries from before are still being read.</param>
    public MissReason? Why(in OpenEntry open, bool isLoading)
    {
        if (_places.Length == 0)
        {
            return null;
        }
        uint place = _places[PlaceOf(open.Hash)];
        return place != 0 && (place ^ Fingerprint(open.Hash)) >> ReasonBits == 0
                ? (MissReason)(place & ((1 << ReasonBits) - 1))
            : open.Tombstone != 0 ? MissReason.Deleted
            : isLoading ? MissReason.Loading
            : MissReason.Absent;
    }

    /// <summary>Counts a read that found nothing.</summary>
    public void CountMiss(in OpenEntry open, bool isLoading) =>
        _misses[(int)(Why(in open, isLoading) ?? MissReason.Absent)]++;

    /// <summary>Forgets why entries went.</summary>
    public void Clear() => Array.Clear(_places);

    /// <summary>Zeroes the counters.</summary>
    public void ResetStatistics() => Array.Clear(_misses);

    // The low bits chose shard and bucket of the index.
    private int PlaceOf(ulong hash) => (int)(hash >> 12) & (_places.Length - 1);

    private static uint Fingerprint(ulong hash) => (uint)(hash >> 32) & ~((1u << ReasonBits) - 1);
}
