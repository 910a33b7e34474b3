using Henge.Cluster;

namespace Henge.Simulator.Nodes;

/// <summary>How one host and the node on it are set up.</summary>
internal sealed record NodeShape
{
    /// <summary>What the node is called: its identity.</summary>
    public required string Name { get; init; }

    /// <summary>Its parameters.</summary>
    public required ClusterOptions Options { get; init; }

    public int Weight { get; init; } = 1;

    public string Zone { get; init; } = "";

    public byte MinWire { get; init; } = 1;

    public byte MaxWire { get; init; } = 1;

    public long MemoryBytes { get; init; } = 8 << 20;

    public int Shards { get; init; } = 1;

    /// <summary>How much faster its clocks run than true ones, in millionths.</summary>
    public long DriftPpm { get; init; }

    /// <summary>How far its wall clock is off.</summary>
    public long OffsetMs { get; init; }
}
