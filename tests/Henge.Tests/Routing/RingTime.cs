namespace Henge.Tests.Routing;

/// <summary>The clocks of a <see cref="TestRing"/>, which move by hand.</summary>
internal sealed class RingTime(TestRing ring) : TimeProvider
{
    public override long TimestampFrequency => 1000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(ring.Now.UnixMs);

    public override long GetTimestamp() => ring.Now.MonotonicMs;
}
