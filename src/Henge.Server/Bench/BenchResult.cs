namespace Henge.Server.Bench;

/// <summary>The outcome of a run.</summary>
/// <param name="Server">Product and version under load.</param>
/// <param name="Plan">What was asked for.</param>
/// <param name="Totals">What was counted.</param>
/// <param name="Elapsed">How long the load ran.</param>
/// <param name="Interrupted">True when Ctrl-C ended it early.</param>
/// <param name="Failure">Why workers ended early; null when none did.</param>
internal sealed record BenchResult(
    string Server, BenchPlan Plan, BenchTotals Totals, TimeSpan Elapsed, bool Interrupted, string? Failure)
{
    /// <summary>Commands answered per second.</summary>
    public double Throughput => Totals.Latency.Count / Math.Max(1e-9, Elapsed.TotalSeconds);
}
