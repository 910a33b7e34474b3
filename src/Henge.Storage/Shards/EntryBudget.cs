namespace Henge.Storage.Shards;

/// <summary>Counts the entries of a store against its bound. Thread safe.</summary>
internal sealed class EntryBudget
{
    private long _count;
    private long _limit;

    /// <summary>Creates a budget; 0 for no bound.</summary>
    public EntryBudget(long limit) => _limit = limit;

    /// <summary>Most entries; 0 for no bound.</summary>
    public long Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    /// <summary>Entries, those about to be written included.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Entries above the bound.</summary>
    public long Excess => Limit is > 0 and var limit ? Math.Max(0, Count - limit) : 0;

    /// <summary>Counts one entry more, whatever the bound.</summary>
    /// <returns>By how much the count is now above the bound.</returns>
    public long Take()
    {
        long count = Interlocked.Increment(ref _count);
        return Limit is > 0 and var limit ? Math.Max(0, count - limit) : 0;
    }

    /// <summary>Counts entries less.</summary>
    public void Return(long count) => Interlocked.Add(ref _count, -count);
}
