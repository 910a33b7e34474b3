using System.Numerics;

namespace Henge.Storage.Figures;

/// <summary>
/// Counts of amounts by their size, in four steps for each power of two: an amount is known to a quarter of itself
/// whatever its unit, in 248 places of 8 bytes. One thread adds (or several by <see cref="AddShared"/>), any may read.
/// </summary>
internal sealed class LogHistogram
{
    /// <summary>Places.</summary>
    public const int Places = 248;

    private const int StepBits = 2;
    private const int Steps = 1 << StepBits;

    private readonly long[] _counts = new long[Places];
    private long _sum;

    /// <summary>Sum of all amounts.</summary>
    public long Sum => Volatile.Read(ref _sum);

    /// <summary>What a place has counted.</summary>
    public long this[int place] => Volatile.Read(ref _counts[place]);

    /// <summary>Where an amount is counted; one below zero counts as zero.</summary>
    public static int PlaceOf(long amount)
    {
        ulong value = (ulong)Math.Max(0, amount);
        if (value < Steps)
        {
            return (int)value;
        }
        int log = BitOperations.Log2(value);
        return ((log - 1) << StepBits) + (int)((value >> (log - StepBits)) & (Steps - 1));
    }

    /// <summary>The least amount that is beyond a place.</summary>
    public static double EndOf(int place) => place < Steps
        ? place + 1
        : Math.ScaleB(Steps + (place & (Steps - 1)) + 1, (place >> StepBits) + 1 - StepBits);

    /// <summary>Counts an amount so many times. For the one thread that adds.</summary>
    public void Add(long amount, long times = 1)
    {
        _counts[PlaceOf(amount)] += times;
        _sum += Math.Max(0, amount) * times;
    }

    /// <summary>As <see cref="Add"/>, once, from any thread.</summary>
    public void AddShared(long amount)
    {
        Interlocked.Increment(ref _counts[PlaceOf(amount)]);
        Interlocked.Add(ref _sum, Math.Max(0, amount));
    }
}
