using System.Text.Json.Serialization;

namespace Henge.AspNetCore.Json;

/// <summary>Body of <c>POST /set</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed class ClassicSet
{
    /// <summary>The key.</summary>
    public string? Key { get; init; }

    /// <summary>The value.</summary>
    public string? Value { get; init; }

    /// <summary>Time to live, such as 30s; none when left out.</summary>
    public string? Ttl { get; init; }
}
