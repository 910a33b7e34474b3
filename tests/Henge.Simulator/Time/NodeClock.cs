using Henge.Cluster;

namespace Henge.Simulator.Time;

/// <summary>
/// The two clocks of one host. The monotonic one only drifts; the wall clock is also off and may step.
/// </summary>
internal sealed class NodeClock(SimTime time, long driftPpm, long offsetMs)
{
    /// <summary>Unix time at the start of every run.</summary>
    public const long EpochMs = 1_790_000_000_000;

    private const long Million = 1_000_000;

    /// <summary>How far the wall clock is off, drift aside.</summary>
    public long OffsetMs { get; set; } = offsetMs;

    /// <summary>The moment as this host sees it.</summary>
    public Instant Now
    {
        get
        {
            long monotonic = MonotonicUs(time.NowUs) / 1000;
            return new Instant(EpochMs + OffsetMs + monotonic, MonotonicStartMs + monotonic);
        }
    }

    /// <summary>When the monotonic clock will show so many milliseconds, in virtual time.</summary>
    public long WhenUs(long monotonicMs)
    {
        long own = Math.Clamp(monotonicMs - MonotonicStartMs, 0, long.MaxValue / Million / 1000) * 1000;
        long us = own - (long)((Int128)own * driftPpm / (Million + driftPpm));
        return MonotonicUs(us) < own ? us + 1 : us;
    }

    // Not zero: a deadline of 0 would mean none.
    private const long MonotonicStartMs = 1_000_000;

    private long MonotonicUs(long us) => us + (long)((Int128)us * driftPpm / Million);
}
