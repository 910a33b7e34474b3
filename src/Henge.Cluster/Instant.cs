namespace Henge.Cluster;

/// <summary>
/// A moment by both clocks. Versions and expiry use the wall clock, which may jump; every timer uses the monotonic one.
/// </summary>
/// <param name="UnixMs">Wall clock, unix milliseconds.</param>
/// <param name="MonotonicMs">Milliseconds of a clock that never jumps; its zero means nothing.</param>
internal readonly record struct Instant(long UnixMs, long MonotonicMs);
