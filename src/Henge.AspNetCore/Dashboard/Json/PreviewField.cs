namespace Henge.AspNetCore.Dashboard.Json;

/// <summary>One field in a <see cref="PreviewReply"/>.</summary>
internal sealed class PreviewField
{
    /// <summary>Its name.</summary>
    public required PreviewReply Name { get; init; }

    /// <summary>Its value.</summary>
    public required PreviewReply Value { get; init; }
}
