namespace Henge.Server.Ring;

/// <summary>One source of discovery in a <see cref="RingReport"/>.</summary>
internal sealed record RingReportSource
{
    /// <summary>As the node's options name it.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it answered when it was asked last.</summary>
    public bool Up { get; init; }

    /// <summary>Addresses that it named last.</summary>
    public int Addresses { get; init; }

    /// <summary>What is wrong now; empty for nothing.</summary>
    public string Problem { get; init; } = "";
}
