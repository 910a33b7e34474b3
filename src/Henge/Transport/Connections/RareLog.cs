namespace Henge.Transport.Connections;

/// <summary>Lets one line a minute through, for events that a stranger can cause at will. Thread safe.</summary>
internal sealed class RareLog
{
    private const long IntervalMs = 60_000;

    private long _nextMs;
    private long _suppressed;

    /// <summary>Whether to log now.</summary>
    /// <param name="nowMs">Now, on any clock that is used for all calls.</param>
    /// <param name="suppressed">How many were not logged since the last line.</param>
    public bool IsDue(long nowMs, out long suppressed)
    {
        long next = Volatile.Read(ref _nextMs);
        if (nowMs < next || Interlocked.CompareExchange(ref _nextMs, nowMs + IntervalMs, next) != next)
        {
            Interlocked.Increment(ref _suppressed);
            suppressed = 0;
            return false;
        }
        suppressed = Interlocked.Exchange(ref _suppressed, 0);
        return true;
    }
}
