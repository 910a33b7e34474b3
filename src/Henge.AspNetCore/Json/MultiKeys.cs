using System.Text.Json.Serialization;

namespace Henge.AspNetCore.Json;

/// <summary>Body of <c>:mget</c> and <c>:mdelete</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed class MultiKeys
{
    /// <summary>The keys; base64url with <c>?enc=b64</c>.</summary>
    public string[]? Keys { get; init; }

    /// <summary>
    /// For <c>:mget</c>: values that are UTF-8 come as <c>text</c>; others, or all without it, as base64.
    /// </summary>
    public bool Text { get; init; }
}
