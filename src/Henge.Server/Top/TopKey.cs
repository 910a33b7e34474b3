namespace Henge.Server.Top;

/// <summary>One key of a <see cref="TopReport"/>.</summary>
internal sealed record TopKey
{
    /// <summary>The key: as it is where it is UTF-8, else in base64url.</summary>
    public required string Key { get; init; }

    /// <summary><c>utf8</c> or <c>b64</c>.</summary>
    public required string Encoding { get; init; }

    /// <summary>Reads or writes in a second, about; null in the list by size.</summary>
    public double? PerSecond { get; init; }

    /// <summary>Bytes of key, value and attributes.</summary>
    public long Bytes { get; init; }

    /// <summary>What its value is.</summary>
    public string Type { get; init; } = "";

    /// <summary>How long it has left; null without an expiry.</summary>
    public long? TtlMs { get; init; }
}
