namespace Henge.AspNetCore.Json;

/// <summary>Reply of <c>GET /v1/cluster</c>: the ring as this node sees it.</summary>
internal sealed class ClusterReply
{
    /// <summary>Name of this node.</summary>
    public required string Name { get; init; }

    /// <summary>Its id, 40 hexadecimal digits.</summary>
    public required string NodeId { get; init; }

    /// <summary>Whether it serves.</summary>
    public bool Ready { get; init; }

    /// <summary>The view in force, 16 hexadecimal digits: equal on nodes that agree.</summary>
    public required string View { get; init; }

    /// <summary>Views adopted since the start.</summary>
    public long Views { get; init; }

    /// <summary>Copies of each slot in this view.</summary>
    public int Copies { get; init; }

    /// <summary>Slots there are.</summary>
    public int Slots { get; init; }

    /// <summary>Slots that this node is to hold and whose data is still on its way.</summary>
    public int LoadingSlots { get; init; }

    /// <summary>Reads that missed or failed only because the ring changed, since the node's start.</summary>
    public long MissesDueToTopology { get; init; }

    /// <summary>Differences between copies that were mended since the node's start.</summary>
    public long Repaired { get; init; }

    /// <summary>All members that are remembered.</summary>
    public required IReadOnlyList<ClusterMember> Members { get; init; }

    /// <summary>Its sources of discovery.</summary>
    public required IReadOnlyList<ClusterSource> Discovery { get; init; }

    /// <summary>Transfers under way at this node.</summary>
    public required IReadOnlyList<ClusterTransfer> Transfers { get; init; }
}
