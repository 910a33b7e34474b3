namespace Henge.Tests.Routing;

/// <summary>The clocks of a <see cref="TestRing"/>, which move by hand, and timers with them.</summary>
internal sealed class RingTime(TestRing ring) : TimeProvider
{
    public override long TimestampFrequency => 1000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(ring.Now.UnixMs);

    public override long GetTimestamp() => ring.Now.MonotonicMs;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new RingTimer(ring, () => callback(state));
        timer.Change(dueTime, period);
        ring.Timers.TryAdd(timer, 0);
        return timer;
    }
}
