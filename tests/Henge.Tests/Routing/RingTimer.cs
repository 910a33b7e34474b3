namespace Henge.Tests.Routing;

/// <summary>A timer of a <see cref="TestRing"/>: it fires once, when the ring's clock is moved past its time.</summary>
internal sealed class RingTimer(TestRing ring, Action fire) : ITimer
{
    private long _dueMs = long.MaxValue;

    public bool IsPending => Volatile.Read(ref _dueMs) != long.MaxValue;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Volatile.Write(ref _dueMs, dueTime == Timeout.InfiniteTimeSpan
            ? long.MaxValue : ring.Now.MonotonicMs + (long)Math.Ceiling(dueTime.TotalMilliseconds));
        return true;
    }

    public void FireIfDue()
    {
        long dueMs = Volatile.Read(ref _dueMs);
        if (dueMs <= ring.Now.MonotonicMs && Interlocked.CompareExchange(ref _dueMs, long.MaxValue, dueMs) == dueMs)
        {
            fire();
        }
    }

    public void Dispose() => ring.Timers.TryRemove(this, out _);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
