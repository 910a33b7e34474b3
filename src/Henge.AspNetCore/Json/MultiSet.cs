using System.Text.Json.Serialization;

namespace Henge.AspNetCore.Json;

/// <summary>Body of <c>:mset</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed class MultiSet
{
    /// <summary>What to store, in order.</summary>
    public MultiSetEntry[]? Entries { get; init; }
}
