namespace Henge.AspNetCore.Dashboard.Json;

/// <summary>Who owns the slots, for a drawing: one slot of every so many.</summary>
internal sealed class PlacementReply
{
    /// <summary>The view it is of.</summary>
    public required string View { get; init; }

    /// <summary>Distance of the slots that are told.</summary>
    public int Step { get; init; }

    /// <summary>Ids of the members in the view.</summary>
    public required IReadOnlyList<string> Members { get; init; }

    /// <summary>For each of those slots the owner, by its place among the members; -1 for none.</summary>
    public required IReadOnlyList<int> Owners { get; init; }
}
