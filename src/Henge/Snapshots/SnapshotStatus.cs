namespace Henge.Snapshots;

/// <summary>How a node stands with its snapshot, for INFO, <c>henge snapshot</c> and people.</summary>
internal sealed record SnapshotStatus
{
    /// <summary>Whether one is being read.</summary>
    public bool IsReading { get; init; }

    /// <summary>Bytes of it, and how many have been read.</summary>
    public long ReadBytes { get; init; }

    /// <inheritdoc cref="ReadBytes"/>
    public long ReadTotalBytes { get; init; }

    /// <summary>Entries that came from it.</summary>
    public long Restored { get; init; }

    /// <summary>Whether one is being written.</summary>
    public bool IsWriting { get; init; }

    /// <summary>When that began, in unix milliseconds.</summary>
    public long WritingSinceMs { get; init; }

    /// <summary>Records written of it, and about how many there are.</summary>
    public long Written { get; init; }

    /// <inheritdoc cref="Written"/>
    public long WriteTotal { get; init; }

    /// <summary>When the last one was whole, in unix milliseconds; 0 for never in this run.</summary>
    public long LastMs { get; init; }

    /// <summary>How long it took, in milliseconds; -1 for never.</summary>
    public long LastTookMs { get; init; } = -1;

    /// <summary>Its bytes.</summary>
    public long LastBytes { get; init; }

    /// <summary>Why the last attempt came to nothing; null when it did not.</summary>
    public string? LastError { get; init; }
}
