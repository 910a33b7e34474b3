namespace Henge.Tests.AspNetCore;

/// <summary>A clock that moves when it is told to.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).Ticks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Step(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}
