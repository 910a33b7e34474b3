namespace Henge.AspNetCore.Dashboard.Json;

/// <summary>A member that holds a copy, in an <see cref="InspectReply"/>.</summary>
internal sealed class InspectMember
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }
}
