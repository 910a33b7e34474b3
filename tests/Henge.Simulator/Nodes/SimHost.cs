using Henge.Simulator.Time;

namespace Henge.Simulator.Nodes;

/// <summary>One machine: an address, a clock, and at most one node running on it.</summary>
internal sealed class SimHost(int index, NodeShape shape, NodeClock clock)
{
    public int Index => index;

    public NodeShape Shape { get; set; } = shape;

    public NodeClock Clock => clock;

    public string Address { get; } = AddressOf(index);

    /// <summary>The node, from its start to its end.</summary>
    public SimNode? Node { get; set; }

    /// <summary>Whether it has vanished from the network (power, cable): nothing answers, not even a refusal.</summary>
    public bool IsVanished { get; set; }

    /// <summary>Nodes that ran here so far.</summary>
    public int Boots { get; set; }

    /// <summary>Until when something was wrong with it, plus the time to get over it; for the checks.</summary>
    public long DisturbedUntilUs { get; set; }

    /// <summary>The address of a host.</summary>
    public static string AddressOf(int index) => $"h{index}:7400";

    /// <summary>The host that an address means; -1 for none.</summary>
    public static int IndexOf(string address) =>
        address.StartsWith('h') && address.EndsWith(":7400", StringComparison.Ordinal)
        && int.TryParse(address.AsSpan(1, address.Length - 6), out int index) ? index : -1;

    public override string ToString() => Shape.Name;
}
