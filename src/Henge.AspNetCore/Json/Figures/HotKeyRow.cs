namespace Henge.AspNetCore.Json.Figures;

/// <summary>One key in <see cref="HotKeysReply"/>.</summary>
internal sealed class HotKeyRow
{
    /// <summary>The key: as it is where it is UTF-8, else in base64url.</summary>
    public required string Key { get; init; }

    /// <summary><c>utf8</c> or <c>b64</c>.</summary>
    public required string Encoding { get; init; }

    /// <summary>Reads or writes in a second, about; null in the list by size.</summary>
    public required double? PerSecond { get; init; }

    /// <summary>Bytes of key, value and attributes.</summary>
    public required long Bytes { get; init; }

    /// <summary>What its value is.</summary>
    public required string Type { get; init; }

    /// <summary>How long it has left; null without an expiry.</summary>
    public required long? TtlMs { get; init; }
}
