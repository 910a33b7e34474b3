namespace Henge.Storage.Sizing;

/// <summary>
/// Which sampled keys a simulated size has evicted lately, in 4 bytes each: 16 bits of the hash, and when, counted in
/// evictions. Like the table of the store (<see cref="Eviction.GhostTable"/>) it has buckets of four that forget their
/// oldest, and errs a little.
/// </summary>
internal sealed class EvictedKeys
{
    private const int Ways = 4;
    private const int TimeBits = 16;
    private readonly uint[] _places;
    private ushort _now = 1;

    /// <summary>Creates an empty table with at least so many places.</summary>
    public EvictedKeys(int places) => _places = new uint[(places + Ways - 1) / Ways * Ways];

    /// <summary>Bytes of it.</summary>
    public long Bytes => _places.Length * (long)sizeof(uint);

    /// <summary>Notes an eviction.</summary>
    public void Add(ulong hash)
    {
        Span<uint> bucket = BucketOf(hash, out uint fingerprint);
        ref uint oldest = ref bucket[0];
        foreach (ref uint place in bucket)
        {
            if (place == 0 || (oldest != 0 && Age(place) > Age(oldest)))
            {
                oldest = ref place;
            }
        }
        oldest = (fingerprint << TimeBits) | _now;
        _now = _now == ushort.MaxValue ? (ushort)1 : (ushort)(_now + 1);
    }

    /// <summary>Whether a key was among the last <paramref name="reach"/> evictions; it is then forgotten.</summary>
    public bool Take(ulong hash, int reach)
    {
        foreach (ref uint place in BucketOf(hash, out uint fingerprint))
        {
            if (place != 0 && place >> TimeBits == fingerprint)
            {
                bool recent = Age(place) <= reach;
                place = 0;
                return recent;
            }
        }
        return false;
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => Array.Clear(_places);

    private int Age(uint place) => (ushort)(_now - (ushort)place);

    private Span<uint> BucketOf(ulong hash, out uint fingerprint)
    {
        // Sampled hashes are small numbers: mixed, their high bits tell them apart.
        ulong mixed = hash * 0x9E3779B97F4A7C15;
        fingerprint = (uint)(mixed >> 16) & ushort.MaxValue;
        int bucket = (int)((mixed >> 32) * (ulong)(_places.Length / Ways) >> 32);
        return _places.AsSpan(bucket * Ways, Ways);
    }
}
