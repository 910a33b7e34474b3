using Henge.Simulator.Faults;
using Henge.Simulator.Network;
using Henge.Simulator.Nodes;
using Henge.Simulator.Workload;

namespace Henge.Simulator.Scenarios;

/// <summary>Everything a run is made of; drawn from a seed, or written by hand.</summary>
internal sealed record Plan
{
    /// <summary>The hosts.</summary>
    public required IReadOnlyList<NodeShape> Shapes { get; init; }

    /// <summary>Hosts whose node starts at once; the others wait for a <see cref="FaultKind.Join"/>.</summary>
    public required int StartsWith { get; init; }

    /// <summary>Hosts that stay without a node in the end.</summary>
    public IReadOnlySet<int> StaysAway { get; init; } = new HashSet<int>();

    public NetworkConditions Network { get; init; } = new();

    public WorkloadOptions Workload { get; init; } = new();

    /// <summary>What goes wrong, from the moment when the ring has formed.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>How long things go wrong.</summary>
    public long FaultsMs { get; init; } = 60_000;

    /// <summary>Until when the ring must have formed.</summary>
    public long FormsWithinMs { get; init; } = 30_000;

    /// <summary>After the faults, until when everything must be whole.</summary>
    public long ConvergesWithinMs { get; init; } = 90_000;

    /// <summary>Whether each slot has one owner at a time, as long as nothing blurs that.</summary>
    public bool IsStrict { get; init; } = true;

    /// <summary>
    /// Whether a read must see what was acknowledged before on another node, once both go by views with each other:
    /// holds where rings part and meet, and nothing else happens.
    /// </summary>
    public bool IsExactOnceMet { get; init; }

    /// <summary>
    /// Whether no healthy node may be declared dead: not with timeouts far below the network's delays.
    /// </summary>
    public bool ExpectsNoFalseDeath { get; init; } = true;

    /// <summary>Whether the run begins before the ring has formed: islands, storms at start.</summary>
    public bool SkipsForming { get; init; }

    /// <summary>Whether the faults begin before the first node has started: islands never knew each other.</summary>
    public bool StartsDisturbed { get; init; }

    /// <summary>Between two looks at everything.</summary>
    public long LookEveryMs { get; init; } = 1000;

    /// <summary>What the scenario itself expects, asked after everything else; throws a violation.</summary>
    public Action<World>? Expects { get; init; }

    /// <summary>More than faults: schedules what the scenario does, at the moment when the faults begin.</summary>
    public Action<World>? Begins { get; init; }
}
