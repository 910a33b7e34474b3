namespace Henge.AspNetCore.Dashboard.Json;

/// <summary>Reply of <c>GET /v1/inspect/{key}</c>: an entry as its owner sees it, or why there is none.</summary>
internal sealed class InspectReply
{
    /// <summary>Whether there is an entry.</summary>
    public bool Found { get; init; }

    /// <summary>string or hash; null where there is none.</summary>
    public string? Type { get; init; }

    /// <summary>Length of the value; of a hash, of all that it is stored as.</summary>
    public long? Bytes { get; init; }

    /// <summary>What it takes in memory, its share of the index included.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Time left in milliseconds; null for no expiry.</summary>
    public long? TtlMs { get; init; }

    /// <summary>Deadline in unix milliseconds; null for none.</summary>
    public long? ExpiresAtMs { get; init; }

    /// <summary>Idle time of a sliding entry in milliseconds; null for none.</summary>
    public long? IdleMs { get; init; }

    /// <summary>Version: what the ETag has between its quotes.</summary>
    public string? Version { get; init; }

    /// <summary>When it was written, in unix milliseconds, by the clock of its version.</summary>
    public long? WrittenAtMs { get; init; }

    /// <summary>Content type that was stored with it; null for none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Its slot.</summary>
    public int Slot { get; init; }

    /// <summary>Who holds it, the owner first.</summary>
    public required IReadOnlyList<InspectMember> Copies { get; init; }

    /// <summary>Why there is none, as far as the owner remembers; null where there is, or metrics are off.</summary>
    public string? MissReason { get; init; }

    /// <summary>The beginning of the value; null where there is none.</summary>
    public PreviewReply? Preview { get; init; }
}
