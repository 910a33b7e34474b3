namespace Henge.AspNetCore.Json;

/// <summary>One source of discovery in a <see cref="ClusterReply"/>.</summary>
internal sealed class ClusterSource
{
    /// <summary>As the options name it.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it answered when it was asked last.</summary>
    public bool Up { get; init; }

    /// <summary>Addresses that it named last.</summary>
    public int Addresses { get; init; }

    /// <summary>When it answered last, in unix milliseconds; null: never.</summary>
    public long? AnsweredAtMs { get; init; }

    /// <summary>How often it did not answer, since the node's start.</summary>
    public long Errors { get; init; }

    /// <summary>What is wrong now; empty for nothing.</summary>
    public required string Problem { get; init; }
}
