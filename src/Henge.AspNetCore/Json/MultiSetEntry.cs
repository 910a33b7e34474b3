using System.Text.Json.Serialization;

namespace Henge.AspNetCore.Json;

/// <summary>One entry of <c>:mset</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed class MultiSetEntry
{
    /// <summary>The key; base64url with <c>?enc=b64</c>.</summary>
    public string? Key { get; init; }

    /// <summary>The value as text; either this or <see cref="Value"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    /// <summary>The value as base64.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Value { get; init; }

    /// <summary>Time to live, such as 30s.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Ttl { get; init; }

    /// <summary>Idle time, such as 10m.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Idle { get; init; }

    /// <summary>Names of its tags.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? Tags { get; init; }

    /// <summary>What it is served as.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }
}
