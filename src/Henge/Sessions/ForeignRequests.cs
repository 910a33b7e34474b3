namespace Henge.Sessions;

/// <summary>Requests of other protocols that reached RESP: counted always, logged at most once a minute. Thread safe.</summary>
internal sealed class ForeignRequests
{
    private const long LogEveryMs = 60_000;

    private long _count;
    private long _nextLogMs;

    /// <summary>Connections closed because of one.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Counts one; true when it may be logged.</summary>
    public bool MayLog(long nowMs)
    {
        Interlocked.Increment(ref _count);
        long next = Interlocked.Read(ref _nextLogMs);
        return nowMs >= next && Interlocked.CompareExchange(ref _nextLogMs, nowMs + LogEveryMs, next) == next;
    }
}
