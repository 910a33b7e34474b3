namespace Henge.Storage.Figures;

/// <summary>
/// Several <see cref="LogHistogram"/>s as they were at about one moment. What it counts is the sum of its own places,
/// so its parts agree with each other whatever is added meanwhile.
/// </summary>
internal sealed class HistogramSum
{
    private readonly long[] _counts = new long[LogHistogram.Places];

    /// <summary>Amounts counted.</summary>
    public long Count { get; private set; }

    /// <summary>Their sum.</summary>
    public long Sum { get; private set; }

    /// <summary>Takes a histogram in.</summary>
    public void Add(LogHistogram histogram)
    {
        for (int place = 0; place < _counts.Length; place++)
        {
            long count = histogram[place];
            _counts[place] += count;
            Count += count;
        }
        Sum += histogram.Sum;
    }

    /// <summary>Amounts that are below a bound; exact where it is a power of two.</summary>
    public long Below(double bound)
    {
        long below = 0;
        for (int place = 0; place < _counts.Length && LogHistogram.EndOf(place) <= bound; place++)
        {
            below += _counts[place];
        }
        return below;
    }

    /// <summary>
    /// The amount that a share of all is not above, at most a quarter too high; 0 where nothing was counted.
    /// </summary>
    public double Quantile(double share)
    {
        long rank = (long)Math.Ceiling(share * Count);
        long seen = 0;
        for (int place = 0; place < _counts.Length && Count > 0; place++)
        {
            seen += _counts[place];
            if (seen >= rank && seen > 0)
            {
                return LogHistogram.EndOf(place);
            }
        }
        return 0;
    }
}
