namespace Henge.Simulator.Faults;

/// <summary>One thing that goes wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="AtMs">When, from the start of the run's faults.</param>
/// <param name="ForMs">For how long, or until the host comes back; 0 where that means nothing, or for good.</param>
/// <param name="Host">The host it happens to; for a partition the bits of one side.</param>
/// <param name="Other">The other host, or the bits of the others.</param>
/// <param name="Amount">The step of a clock in milliseconds, the cost of a slow step in microseconds.</param>
internal readonly record struct Fault(
    FaultKind Kind, long AtMs, long ForMs = 0, int Host = 0, int Other = 0, long Amount = 0);
