namespace Henge.AspNetCore.Json.Figures;

/// <summary>Reply of <c>GET /v1/sizing</c>: which part of reads other sizes of memory would answer.</summary>
internal sealed class SizingReply
{
    /// <summary>Name of the node.</summary>
    public required string Node { get; init; }

    /// <summary>The memory limit.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Who is evicted, as --eviction is spelt.</summary>
    public required string Policy { get; init; }

    /// <summary>The policy that is simulated: lru, or s3fifo for a node that has s3fifo or tinylfu.</summary>
    public required string Model { get; init; }

    /// <summary>How far back the figures go.</summary>
    public required double WindowSeconds { get; init; }

    /// <summary>Reads in that time.</summary>
    public required long Reads { get; init; }

    /// <summary>Those of them that were simulated.</summary>
    public required long SampledReads { get; init; }

    /// <summary>The part of reads that found their key; null without reads.</summary>
    public required double? HitRatio { get; init; }

    /// <summary>What other sizes would do, from the smallest on.</summary>
    public required List<SizingRow> Sizes { get; init; }
}
