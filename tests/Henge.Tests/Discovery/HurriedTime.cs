namespace Henge.Tests.Discovery;

/// <summary>A clock on which every pause is over at once; it stands at the end of the pauses so far.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _pauses = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>All pauses so far.</summary>
    public TimeSpan[] Pauses
    {
        get
        {
            lock (_lock)
            {
                return [.. _pauses];
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _pauses.Add(dueTime);
            _now += dueTime;
        }
        ThreadPool.UnsafeQueueUserWorkItem(_ => callback(state), null);
        return new HurriedTimer();
    }
}
