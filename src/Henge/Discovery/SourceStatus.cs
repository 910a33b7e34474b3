namespace Henge.Discovery;

/// <summary>How a source of discovery is, for metrics, status and logs.</summary>
internal sealed record SourceStatus
{
    /// <summary>As the options name it.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it answered when it was asked last.</summary>
    public bool IsUp { get; init; }

    /// <summary>Whether it has ever answered so that a ring would have been found.</summary>
    public bool HasAnswered { get; init; }

    /// <summary>Addresses that it named last.</summary>
    public int Addresses { get; init; }

    /// <summary>When it answered last, in unix milliseconds; null: never.</summary>
    public long? AnsweredAtMs { get; init; }

    /// <summary>How often it did not.</summary>
    public long Errors { get; init; }

    /// <summary>What is wrong now; empty for nothing.</summary>
    public string Problem { get; init; } = "";
}
