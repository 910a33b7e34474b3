namespace Henge.Diagnostics.Metrics;

/// <summary>What a number means over time.</summary>
internal enum MetricKind
{
    /// <summary>Only rises, until the node is started anew or CONFIG RESETSTAT.</summary>
    Counter,

    /// <summary>A level that makes sense when nodes are added up (entries, bytes).</summary>
    Level,

    /// <summary>A level that does not (a time, a share, yes or no).</summary>
    Gauge,

    /// <summary>Counts of amounts by their size.</summary>
    Histogram,
}
