namespace Henge.Simulator.Runs;

/// <summary>How a run ended.</summary>
internal sealed record RunResult
{
    public required string Scenario { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>What does not hold; null when all does.</summary>
    public required string? Failure { get; init; }

    /// <summary>Over everything that happened.</summary>
    public required ulong Hash { get; init; }

    public required long Events { get; init; }

    public required long Messages { get; init; }

    public required int Requests { get; init; }

    public required long VirtualMs { get; init; }

    public override string ToString() =>
        $"{Scenario} seed {Seed}: {Failure ?? "ok"} ({VirtualMs / 1000.0:f1} s, {Events} events, {Messages} messages, "
        + $"{Requests} requests, hash {Hash:x16})";
}
