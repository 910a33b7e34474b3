using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Simulator.Faults;
using Henge.Simulator.Network;
using Henge.Simulator.Time;
using Henge.Simulator.Workload;

namespace Henge.Simulator.Scenarios;

/// <summary>Written scenarios about members that come and go.</summary>
internal static class ChangeScenarios
{
    // So slow that a transfer takes seconds: most keys are asked for before they have arrived.
    private static readonly NetworkConditions s_slow = new() { BulkBytesPerSecond = 40_000 };

    private static readonly WorkloadOptions s_busy = new()
    {
        Counters = 20,
        Plain = 300,
        Groups = 20,
        MeanGapUs = 3000,
        ValueBytes = 400,
    };

    /// <summary>Cases a to l of fetch-through: everything happens to keys that are still on their way.</summary>
    public static Plan FetchThrough(SimRandom random, PlantedBugs bugs) => new()
    {
        Shapes = Ingredients.Hosts(4, 2, bugs, lanes: 1 + random.Below(2)),
        StartsWith = 1 + random.Below(2),
        Network = s_slow,
        Workload = s_busy,
        Faults =
        [
            new(FaultKind.Join, 500, Host: 2),
            new(FaultKind.Join, 500 + random.Below(6000L), Host: 3),
            new(FaultKind.Join, 500 + random.Below(6000L), Host: 1),
        ],
        FaultsMs = 20_000,
        Expects = NothingFails,
    };

    /// <summary>Case d: the owner that a key is fetched from dies during the transfer.</summary>
    public static Plan SourceDies(SimRandom random, PlantedBugs bugs) => new()
    {
        Shapes = Ingredients.Hosts(4, 2, bugs),
        StartsWith = 3,
        Network = s_slow,
        Workload = s_busy,
        Faults =
        [
            new(FaultKind.Join, 500, Host: 3),
            new(random.Chance(0.5) ? FaultKind.Crash : FaultKind.Vanish, 600 + random.Below(4000L), 30_000,
                random.Below(3)),
        ],
        FaultsMs = 20_000,
    };

    /// <summary>
    /// Case m: a node restarts empty, at once, and must not answer "no such key" for what it has lost.
    /// </summary>
    public static Plan RestartsEmpty(SimRandom random, PlantedBugs bugs) => new()
    {
        Shapes = Ingredients.Hosts(3, 2, bugs),
        StartsWith = 3,
        Network = s_slow,
        Workload = s_busy,
        Faults =
        [
            new(FaultKind.Crash, 1000, 20 + random.Below(3000L), random.Below(3)),
            new(FaultKind.Crash, 31_000, 20 + random.Below(3000L), random.Below(3)),
        ],
        FaultsMs = 50_000,
    };

    /// <summary>Olric's lost delete: keys are deleted at their new owner before they have arrived there.</summary>
    public static Plan Olric(SimRandom random, PlantedBugs bugs) => new()
    {
        Shapes = Ingredients.Hosts(3, 2, bugs),
        StartsWith = 1 + random.Below(2),
        Network = s_slow,
        Workload = s_busy with { DeleteShare = 0.4, ReadShare = 0.3, MeanGapUs = 2000 },
        Faults = [new(FaultKind.Join, 500, Host: 2), new(FaultKind.Join, 500 + random.Below(8000L), Host: 1)],
        FaultsMs = 20_000,
        Expects = NothingFails,
    };

    /// <summary>Three nodes become six, one by one, and three again, under load: no miss, no error.</summary>
    public static Plan ThreeSixThree(SimRandom random, PlantedBugs bugs) => new()
    {
        Shapes = Ingredients.Hosts(6, 2, bugs, lanes: 2),
        StartsWith = 3,
        StaysAway = new HashSet<int> { 3, 4, 5 },
        Network = new() { BulkBytesPerSecond = random.Magnitude(50_000, 10_000_000) },
        Workload = s_busy,
        Faults =
        [
            new(FaultKind.Join, 1000, Host: 3),
            new(FaultKind.Join, 8000, Host: 4),
            new(FaultKind.Join, 15_000, Host: 5),
            new(FaultKind.Leave, 25_000, 1000_000, 3),
            new(FaultKind.Leave, 35_000, 1000_000, 4),
            new(FaultKind.Leave, 45_000, 1000_000, 5),
        ],
        FaultsMs = 60_000,
        Expects = NothingFails,
    };

    /// <summary>All join at once and leave at once.</summary>
    public static Plan Storm(SimRandom random, PlantedBugs bugs)
    {
        List<Fault> faults = [];
        for (int host = 2; host < 7; host++)
        {
            faults.Add(new(FaultKind.Join, 1000 + random.Below(300L), Host: host));
            faults.Add(new(FaultKind.Leave, 12_000 + random.Below(300L), 1000_000, host));
        }
        return new Plan
        {
            Shapes = Ingredients.Hosts(7, 2, bugs),
            StartsWith = 2,
            StaysAway = new HashSet<int> { 2, 3, 4, 5, 6 },
            Network = new() { BulkBytesPerSecond = 200_000 },
            Workload = s_busy,
            Faults = faults,
            FaultsMs = 30_000,
            Expects = NothingFails,
        };
    }

    /// <summary>One node is killed: nothing acknowledged is lost, and the others serve within 2 s.</summary>
    public static Plan Kill(SimRandom random, PlantedBugs bugs) =>
        Loss(FaultKind.Crash, servesWithinMs: 2000, random, bugs);

    /// <summary>One host goes silent: the others serve within 4 s.</summary>
    public static Plan Silent(SimRandom random, PlantedBugs bugs) =>
        Loss(FaultKind.Vanish, servesWithinMs: 4000, random, bugs);

    /// <summary>A hundred nodes, all started within half a second, become one ring.</summary>
    public static Plan Hundred(SimRandom random, PlantedBugs bugs) => new()
    {
        Shapes = [.. Ingredients.Hosts(100, 2, bugs).Select(static s => s with { MemoryBytes = 1 << 20 })],
        StartsWith = 100,
        Workload = new() { Plain = 50, Groups = 2, MeanGapUs = 50_000 },
        FormsWithinMs = 60_000,
        FaultsMs = 5000,
        Faults = [new(FaultKind.Crash, 1000, 2000, random.Below(100))],
        LookEveryMs = 5000,
        ConvergesWithinMs = 60_000,
    };

    /// <summary>No request but of a node that ended came to nothing.</summary>
    public static void NothingFails(World world)
    {
        foreach (Request request in world.Oracle.Requests)
        {
            if (request.Outcome != Outcome.Done && !request.Node.IsOver)
            {
                world.Fail("I2", $"{request} came to nothing although nodes only join and leave");
            }
        }
        long missed = world.Nodes.Sum(static n => n.Core.Shared.TopologyMisses);
        if (missed > 0)
        {
            world.Fail("I1", $"{missed} misses were due to the topology");
        }
    }

    private static Plan Loss(FaultKind kind, long servesWithinMs, SimRandom random, PlantedBugs bugs)
    {
        int hosts = 3 + random.Below(3);
        const long AtMs = 3000;
        return new Plan
        {
            Shapes = Ingredients.Hosts(hosts, 2, bugs),
            StartsWith = hosts,
            Workload = s_busy,
            Faults = [new(kind, AtMs, 30_000, random.Below(hosts))],
            FaultsMs = 25_000,
            Expects = world => ServesSoon(world, world.FaultsAtUs + (AtMs * 1000), servesWithinMs),
        };
    }

    // Whatever was asked once so much time has passed is answered, and at once.
    private static void ServesSoon(World world, long lossUs, long withinMs)
    {
        foreach (Request request in world.Oracle.Requests)
        {
            bool isLate = request.Outcome != Outcome.Done || request.EndUs > Math.Max(request.StartUs, lossUs)
                + ((withinMs + 200) * 1000);
            // Who asked the lost node itself asked in vain.
            isLate &= request.Kind != OperationKind.Count;
            if (isLate && !request.Node.IsOver && request.StartUs > lossUs - 100_000)
            {
                bool wasLost = request.StartUs < lossUs + (withinMs * 1000) && request.Outcome == Outcome.Unknown;
                if (!wasLost)
                {
                    world.Fail("I3", $"{request}, asked {(request.StartUs - lossUs) / 1000} ms after the loss, ended "
                        + $"{(request.EndUs - lossUs) / 1000} ms after it");
                }
            }
        }
    }
}
