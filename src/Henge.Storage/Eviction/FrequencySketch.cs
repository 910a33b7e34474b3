using System.Numerics;

using Henge.Storage.Regions;

namespace Henge.Storage.Eviction;

/// <summary>
/// How often keys were used of late: a count-min sketch of 4-bit counters (Cormode and Muthukrishnan 2005) that are
/// halved every ten uses an entry, as TinyLFU has it. Four counters of a key lie in four words.
/// It grows with the number of entries, forgetting what it knew, and counts in the budget.
/// </summary>
internal sealed class FrequencySketch
{
    private const int Rows = 4;
    private const int MostCount = 15;
    private const int UsesPerEntry = 10;
    private const ulong HalfMask = 0x7777_7777_7777_7777;
    private readonly MemoryBudget _budget;
    private ulong[] _words = [];
    private long _uses;

    /// <summary>Creates an empty sketch.</summary>
    public FrequencySketch(MemoryBudget budget) => _budget = budget;

    /// <summary>Bytes that count in the budget.</summary>
    public long CountedBytes { get; private set; }

    /// <summary>Counts a use of a key in an order of <paramref name="entries"/> entries.</summary>
    public void Add(ulong hash, long entries)
    {
        if (entries > _words.Length)
        {
            Grow(entries);
        }
        bool added = false;
        for (int row = 0; row < Rows && _words.Length > 0; row++)
        {
            ref ulong word = ref _words[Locate(hash, row, out int shift)];
            if ((word >> shift & MostCount) != MostCount)
            {
                word += 1UL << shift;
                added = true;
            }
        }
        if (added && ++_uses >= _words.Length * (long)UsesPerEntry)
        {
            Halve();
        }
    }

    /// <summary>About how often a key was used, 0 to 15.</summary>
    public int Estimate(ulong hash)
    {
        int least = MostCount;
        for (int row = 0; row < Rows && _words.Length > 0; row++)
        {
            least = Math.Min(least, (int)(_words[Locate(hash, row, out int shift)] >> shift & MostCount));
        }
        return _words.Length == 0 ? 0 : least;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_words);
        _uses = 0;
    }

    private int Locate(ulong hash, int row, out int shift)
    {
        ulong mixed = (hash + (ulong)row) * 0x9E3779B97F4A7C15;
        mixed ^= mixed >> 32;
        shift = (int)(mixed & 3) * 4 + row * 16;
        return (int)(mixed >> 2) & (_words.Length - 1);
    }

    private void Halve()
    {
        for (int i = 0; i < _words.Length; i++)
        {
            _words[i] = _words[i] >> 1 & HalfMask;
        }
        _uses /= 2;
    }

    private void Grow(long entries)
    {
        int words = (int)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(entries, 64, 1 << 29));
        long more = (words - _words.Length) * (long)sizeof(ulong);
        if (_budget.TryTake(more))
        {
            _words = new ulong[words];
            _uses = 0;
            CountedBytes += more;
        }
    }
}
