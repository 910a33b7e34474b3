namespace Henge.Simulator.Faults;

/// <summary>How often a kind of fault happens in a run, and how long each lasts.</summary>
/// <param name="Kind">What.</param>
/// <param name="MeanGapMs">Mean time between two.</param>
/// <param name="MinMs">Shortest.</param>
/// <param name="MaxMs">Longest.</param>
internal readonly record struct FaultRate(FaultKind Kind, long MeanGapMs, long MinMs, long MaxMs);
