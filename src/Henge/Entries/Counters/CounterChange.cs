namespace Henge.Entries.Counters;

/// <summary>What is done to a counter.</summary>
/// <param name="Delta">What is added; below 0 it is subtracted.</param>
/// <param name="Initial">What the counter is before, where there is none.</param>
internal readonly record struct CounterChange(long Delta, long Initial = 0);
