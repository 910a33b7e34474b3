namespace Henge.AspNetCore.Dashboard.Json;

/// <summary>The beginning of a value: as text where it is UTF-8, else as base64; of a hash its first fields.</summary>
internal sealed class PreviewReply
{
    /// <summary>Whether there is more than is shown.</summary>
    public bool Truncated { get; init; }

    /// <summary>The text; null where it is not UTF-8.</summary>
    public string? Text { get; init; }

    /// <summary>The bytes in base64, where they are not text.</summary>
    public string? Base64 { get; init; }

    /// <summary>Fields of a hash; null for a string.</summary>
    public IReadOnlyList<PreviewField>? Fields { get; init; }

    /// <summary>How many fields it has; null for a string.</summary>
    public int? FieldCount { get; init; }
}
