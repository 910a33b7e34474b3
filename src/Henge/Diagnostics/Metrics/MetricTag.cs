namespace Henge.Diagnostics.Metrics;

/// <summary>What tells the series of one metric apart.</summary>
/// <param name="Name">Letters and underscores.</param>
/// <param name="Value">Any text; of few different ones.</param>
internal readonly record struct MetricTag(string Name, string Value);
