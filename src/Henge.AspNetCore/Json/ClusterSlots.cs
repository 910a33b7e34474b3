namespace Henge.AspNetCore.Json;

/// <summary>A run of slots with the same copies, in the reply of <c>GET /v1/cluster/slots</c>.</summary>
internal sealed class ClusterSlots
{
    /// <summary>First slot.</summary>
    public int From { get; init; }

    /// <summary>Last slot.</summary>
    public int To { get; init; }

    /// <summary>Ids of the members that hold them, the owner first.</summary>
    public required IReadOnlyList<string> Members { get; init; }
}
