using Henge.Cluster.Lanes;
using Henge.Simulator.Checks;
using Henge.Simulator.Nodes;

namespace Henge.Simulator.Workload;

/// <summary>One request of a client, and all that ever became of it wherever it was carried out.</summary>
internal sealed class Request
{
    public required long Id { get; init; }

    public required OperationKind Kind { get; init; }

    /// <summary>Indexes of its keys; none for a question to a member.</summary>
    public required int[] Keys { get; init; }

    /// <summary>The node that the client asked.</summary>
    public required SimNode Node { get; init; }

    public required long StartUs { get; init; }

    public int ValueBytes { get; init; }

    public long TtlMs { get; init; }

    /// <summary>How it ended for the client; null while it has not, or when the client lost its node.</summary>
    public Outcome? Outcome { get; set; }

    public long EndUs { get; set; }

    /// <summary>How often it was carried out.</summary>
    public int Executions { get; set; }

    /// <summary>What it answered when it was carried out.</summary>
    public long Result { get; set; }

    /// <summary>What it changed.</summary>
    public List<Change> Changes { get; } = [];

    public bool Writes => Kind is not (OperationKind.Get or OperationKind.GetMany or OperationKind.Count
        or OperationKind.Keep);

    public override string ToString() =>
        $"#{Id} {Kind} {string.Join(',', Keys)} at {Node}" + (Outcome is { } outcome ? $" -> {outcome}" : "");
}
