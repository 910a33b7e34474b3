namespace Henge.Storage.Regions;

/// <summary>
/// The one number that bounds the store: bytes of pages, extents, index and tables in use, and bytes charged from
/// outside. What the store takes for itself never passes the limit; a charge may, and the next writes evict it down.
/// Thread safe.
/// </summary>
internal sealed class MemoryBudget
{
    private long _used;
    private long _charged;
    private long _limit;

    /// <summary>Creates a budget of <paramref name="limit"/> bytes.</summary>
    public MemoryBudget(long limit) => _limit = limit;

    /// <summary>The limit in bytes; lowering it leaves the budget overdrawn until enough is given back.</summary>
    public long Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    /// <summary>Bytes in use, charges included.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>Bytes charged from outside.</summary>
    public long Charged => Volatile.Read(ref _charged);

    /// <summary>Whether more is used than allowed.</summary>
    public bool Overdrawn => Excess > 0;

    /// <summary>Bytes used beyond the limit; negative while there is room.</summary>
    public long Excess => Used - Limit;

    /// <summary>Takes bytes if they fit.</summary>
    public bool TryTake(long bytes)
    {
        long used = Volatile.Read(ref _used);
        while (used + bytes <= Limit)
        {
            long seen = Interlocked.CompareExchange(ref _used, used + bytes, used);
            if (seen == used)
            {
                return true;
            }
            used = seen;
        }
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);

    /// <summary>
    /// Takes (or with a negative number gives back) bytes held outside the store, whatever the limit.
    /// </summary>
    public void Charge(long bytes)
    {
        Interlocked.Add(ref _charged, bytes);
        Interlocked.Add(ref _used, bytes);
    }
}
