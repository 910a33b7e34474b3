namespace Henge.AspNetCore.Json;

/// <summary>One member in a <see cref="ClusterReply"/>.</summary>
internal sealed class ClusterMember
{
    /// <summary>Id, 40 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>host:port as it advertises itself.</summary>
    public required string Address { get; init; }

    /// <summary>Zone; empty for none.</summary>
    public required string Zone { get; init; }

    /// <summary>Share of the slots relative to others.</summary>
    public int Weight { get; init; }

    /// <summary>alive, suspect, dead or left.</summary>
    public required string State { get; init; }

    /// <summary>joining, ready or leaving.</summary>
    public required string Phase { get; init; }

    /// <summary>Whether it is the node that answers.</summary>
    public bool Self { get; init; }

    /// <summary>Slots it owns.</summary>
    public int OwnedSlots { get; init; }

    /// <summary>Slots of which it is a replica.</summary>
    public int ReplicaSlots { get; init; }

    /// <summary>Round trip from this node, in microseconds; null when not measured.</summary>
    public long? RoundTripMicroseconds { get; init; }

    /// <summary>Its clock against this node's, in milliseconds; null when not measured.</summary>
    public long? ClockSkewMs { get; init; }
}
