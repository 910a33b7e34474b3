namespace Henge.Server.Ring;

/// <summary>What a node says about the ring in <c>GET /v1/cluster</c>.</summary>
internal sealed record RingReport
{
    /// <summary>Name of the node that was asked.</summary>
    public required string Name { get; init; }

    /// <summary>Its id.</summary>
    public required string NodeId { get; init; }

    /// <summary>Whether it serves.</summary>
    public bool Ready { get; init; }

    /// <summary>The view in force, 16 hexadecimal digits.</summary>
    public required string View { get; init; }

    /// <summary>Copies of each slot in this view.</summary>
    public int Copies { get; init; }

    /// <summary>Slots that this node is to hold and whose data is still on its way.</summary>
    public int LoadingSlots { get; init; }

    /// <summary>Reads that missed only because the ring changed, since the node's start.</summary>
    public long MissesDueToTopology { get; init; }

    /// <summary>Differences between copies that were mended since the node's start.</summary>
    public long Repaired { get; init; }

    /// <summary>All members that are remembered.</summary>
    public required IReadOnlyList<RingReportMember> Members { get; init; }

    /// <summary>Its sources of discovery; older nodes do not tell.</summary>
    public IReadOnlyList<RingReportSource> Discovery { get; init; } = [];

    /// <summary>Transfers under way at this node.</summary>
    public required IReadOnlyList<RingReportTransfer> Transfers { get; init; }
}
