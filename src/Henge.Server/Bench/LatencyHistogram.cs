using System.Numerics;

namespace Henge.Server.Bench;

/// <summary>
/// Counts durations by size with a bounded relative error, after HdrHistogram (Gil Tene): each power of two is cut into
/// 128 equal buckets, so a reported value is at most 1/128 above the true one. Fixed memory (58 KB), O(1) to record.
/// Not thread safe: one per worker, merged for reports.
/// </summary>
/// <remarks>
/// A value v below 256 has bucket v. Above, with k the number of bits beyond eight, the top eight bits of v choose the
/// bucket: index = 128 * k + (v >> k), which continues where the values below 256 end.
/// </remarks>
internal sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int SubBuckets = 1 << SubBits;
    private const int Buckets = (63 - SubBits + 1) * SubBuckets;

    private readonly long[] _counts = new long[Buckets];
    private double _sum;
    private long _min = long.MaxValue;

    /// <summary>How many were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The least, exactly; 0 when empty.</summary>
    public long Min => Count == 0 ? 0 : _min;

    /// <summary>The greatest, exactly; 0 when empty.</summary>
    public long Max { get; private set; }

    /// <summary>The mean, exactly; 0 when empty.</summary>
    public double Mean => Count == 0 ? 0 : _sum / Count;

    /// <summary>Counts a value <paramref name="times"/> times; a negative one counts as 0.</summary>
    public void Record(long value, long times = 1)
    {
        value = Math.Max(0, value);
        _counts[IndexOf(value)] += times;
        Count += times;
        _sum += (double)value * times;
        _min = Math.Min(_min, value);
        Max = Math.Max(Max, value);
    }

    /// <summary>Counts all that <paramref name="other"/> counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < Buckets; i++)
        {
            _counts[i] += other._counts[i];
        }
        Count += other.Count;
        _sum += other._sum;
        _min = Math.Min(_min, other._min);
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
        _sum = 0;
        _min = long.MaxValue;
        Max = 0;
    }

    /// <summary>
    /// The value that the given share of all values does not pass: the upper end of its bucket, never above
    /// <see cref="Max"/>; 0 when empty.
    /// </summary>
    /// <param name="percent">0 to 100.</param>
    public long Percentile(double percent)
    {
        if (Count == 0)
        {
            return 0;
        }
        long rank = Math.Clamp((long)Math.Ceiling(percent / 100 * Count), 1, Count);
        long seen = 0;
        for (int i = 0; i < Buckets; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return Math.Clamp(UpperEndOf(i), Min, Max);
            }
        }
        return Max;
    }

    private static int IndexOf(long value)
    {
        int shift = Math.Max(0, 63 - SubBits - BitOperations.LeadingZeroCount((ulong)value));
        return (shift * SubBuckets) + (int)(value >> shift);
    }

    private static long UpperEndOf(int index)
    {
        if (index < 2 * SubBuckets)
        {
            return index;
        }
        int shift = (index / SubBuckets) - 1;
        long top = (index % SubBuckets) + SubBuckets;
        return ((top + 1) << shift) - 1;
    }
}
