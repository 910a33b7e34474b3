namespace Henge.Storage.Sizing;

/// <summary>An access to a sampled key that waits for the simulation.</summary>
internal readonly record struct Sample
{
    /// <summary>The key's hash.</summary>
    public required ulong Hash { get; init; }

    /// <summary>When, in unix milliseconds.</summary>
    public long NowMs { get; init; }

    /// <summary>Bytes that the entry takes; at least 1 where there is one.</summary>
    public uint Bytes { get; init; }

    /// <summary>Its deadline in unix seconds, rounded up; 0 for none.</summary>
    public uint ExpiresAtS { get; init; }

    /// <summary>What happened.</summary>
    public required SampleKind Kind { get; init; }
}
