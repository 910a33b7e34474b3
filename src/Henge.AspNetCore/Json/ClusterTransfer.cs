namespace Henge.AspNetCore.Json;

/// <summary>One transfer in a <see cref="ClusterReply"/>.</summary>
internal sealed class ClusterTransfer
{
    /// <summary>Name of the other member.</summary>
    public required string Peer { get; init; }

    /// <summary>in or out.</summary>
    public required string Direction { get; init; }

    /// <summary>Slots it is about.</summary>
    public int Slots { get; init; }

    /// <summary>Entries and tombstones so far.</summary>
    public long Entries { get; init; }

    /// <summary>Bytes so far.</summary>
    public long Bytes { get; init; }

    /// <summary>0 to 1, as far as known.</summary>
    public double Progress { get; init; }
}
