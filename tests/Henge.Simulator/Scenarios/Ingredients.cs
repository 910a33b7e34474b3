using Henge.Cluster;
using Henge.Simulator.Faults;
using Henge.Simulator.Nodes;

namespace Henge.Simulator.Scenarios;

/// <summary>What plans are made of.</summary>
internal static class Ingredients
{
    /// <summary>Hosts of one set-up, each of which knows some of the others by address.</summary>
    /// <param name="count">How many.</param>
    /// <param name="options">Makes the parameters of one from its seeds.</param>
    /// <param name="seedsOf">The hosts that a host is told of; by default all.</param>
    public static List<NodeShape> Hosts(
        int count, Func<IReadOnlyList<string>, ClusterOptions> options, Func<int, IEnumerable<int>>? seedsOf = null)
    {
        List<NodeShape> shapes = [];
        for (int i = 0; i < count; i++)
        {
            IEnumerable<int> seeds = seedsOf?.Invoke(i) ?? Enumerable.Range(0, Math.Min(count, 8));
            shapes.Add(new NodeShape { Name = $"n{i}", Options = options([.. seeds.Select(SimHost.AddressOf)]) });
        }
        return shapes;
    }

    /// <summary>Hosts with the product's parameters.</summary>
    public static List<NodeShape> Hosts(int count, int copies, PlantedBugs bugs, int lanes = 1) =>
        Hosts(count, seeds => new ClusterOptions { Seeds = seeds, Copies = copies, Lanes = lanes, Bugs = bugs });

    /// <summary>The bits of some hosts.</summary>
    public static int Bits(params IEnumerable<int> hosts) =>
        hosts.Aggregate(0, static (bits, host) => bits | 1 << host);

    /// <summary>The hosts from one side of a number of them are cut off from the rest.</summary>
    public static Fault Split(long atMs, long forMs, int side, int hosts) =>
        new(FaultKind.Partition, atMs, forMs, side, ~side & ((1 << hosts) - 1));
}
