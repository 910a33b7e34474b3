namespace Henge.AspNetCore.Json.Figures;

/// <summary>One size of memory in <see cref="SizingReply"/>.</summary>
internal sealed class SizingRow
{
    /// <summary>Times the node's own memory.</summary>
    public required double Factor { get; init; }

    /// <summary>The memory limit it would be.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The part of reads that would find their key; null without reads.</summary>
    public required double? HitRatio { get; init; }
}
