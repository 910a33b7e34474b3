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

    /// <summary>What a place has counted.</summary>
    public long this[int place] => _counts[place];

    /// <summary>Takes in what a place has counted; the sum of the amounts stays.</summary>
    public void Add(int place, long count)
    {
        _counts[place] += count;
        Count += count;
    }

    /// <summary>Takes in what another sum has counted.</summary>
    public void Add(HistogramSum other)
    {
        for (int place = 0; place < _counts.Length; place++)
        {
            Add(place, other._counts[place]);
        }
        Sum += other.Sum;
    }

    /// <summary>What was counted since an earlier look at the same; all of it where that had counted more.</summary>
    public HistogramSum Since(HistogramSum earlier)
    {
        var since = new HistogramSum();
        bool isLater = Count >= earlier.Count;
        for (int place = 0; place < _counts.Length; place++)
        {
            since.Add(place, isLater ? Math.Max(0, _counts[place] - earlier._counts[place]) : _counts[place]);
        }
        return since;
    }

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
