using Henge.Cluster;
using Henge.Simulator.Faults;
using Henge.Simulator.Network;
using Henge.Simulator.Nodes;
using Henge.Simulator.Time;
using Henge.Simulator.Workload;

namespace Henge.Simulator.Scenarios;

/// <summary>Scenarios in which the seed decides nearly everything.</summary>
internal static class RandomScenarios
{
    /// <summary>
    /// Joins, leaves and crashes of single nodes: each slot has one owner throughout, reads are exact.
    /// </summary>
    public static Plan Changes(SimRandom random, PlantedBugs bugs)
    {
        int hosts = 2 + random.Below(5);
        int copies = 2 + random.Below(2);
        long phase = random.Between(20_000, 60_000);
        List<FaultRate> rates = [new(FaultKind.Join, phase / 6, 1, 1)];
        AddSome(random, rates, 0.6,
            new(FaultKind.Leave, phase / 4, 1000, 20_000),
            new(FaultKind.Crash, phase / 2, 500, 20_000),
            new(FaultKind.Vanish, phase / 2, 6000, 20_000),
            new(FaultKind.ResetData, 3000, 1, 1),
            new(FaultKind.Clog, 3000, 1, 200),
            new(FaultKind.StrangeMessage, 2000, 1, 1));
        return new Plan
        {
            Shapes = Shapes(random, hosts, copies, bugs, swarms: false),
            StartsWith = 1 + random.Below(hosts),
            Network = Network(random, swarms: false),
            Workload = Work(random),
            FaultsMs = phase,
            Faults = SpareCrashes(FaultDraw.Draw(random.Fork("faults"), rates, hosts, phase)),
        };
    }

    /// <summary>Cuts of every shape, pauses, slow nodes, resets, and all of the above.</summary>
    public static Plan Partitions(SimRandom random, PlantedBugs bugs)
    {
        int hosts = 2 + random.Below(5);
        long phase = random.Between(20_000, 90_000);
        List<FaultRate> rates = [];
        AddSome(random, rates, 0.5,
            new(FaultKind.Partition, phase / 3, 500, phase),
            new(FaultKind.OneWay, phase / 3, 500, 30_000),
            new(FaultKind.Partial, phase / 3, 500, 30_000),
            new(FaultKind.Pause, phase / 5, 100, 15_000),
            new(FaultKind.Slow, phase / 4, 1000, 20_000),
            new(FaultKind.Reset, phase / 10, 1, 1),
            new(FaultKind.Clog, phase / 10, 10, 5000),
            new(FaultKind.Leave, phase / 3, 1000, 20_000),
            new(FaultKind.Join, phase / 3, 1, 1));
        return new Plan
        {
            Shapes = Shapes(random, hosts, 1 + random.Below(3), bugs, swarms: false),
            StartsWith = 1 + random.Below(hosts),
            Network = Network(random, swarms: false),
            Workload = Work(random),
            FaultsMs = phase,
            Faults = FaultDraw.Draw(random.Fork("faults"), rates, hosts, phase),
        };
    }

    /// <summary>Everything at once, with parameters drawn from a tenth to ten times the product's.</summary>
    public static Plan Swarm(SimRandom random, PlantedBugs bugs)
    {
        int hosts = 1 + random.Below(9);
        long phase = random.Between(10_000, 90_000);
        List<FaultRate> rates = [];
        AddSome(random, rates, 0.35,
            new(FaultKind.Crash, phase / 3, 100, 20_000),
            new(FaultKind.Vanish, phase / 3, 100, 20_000),
            new(FaultKind.Pause, phase / 4, 100, 15_000),
            new(FaultKind.Slow, phase / 4, 1000, 20_000),
            new(FaultKind.ClockStep, phase / 3, 1, 1),
            new(FaultKind.Partition, phase / 3, 500, phase),
            new(FaultKind.OneWay, phase / 3, 500, 30_000),
            new(FaultKind.Partial, phase / 3, 500, 30_000),
            new(FaultKind.Reset, phase / 20, 1, 1),
            new(FaultKind.ResetData, phase / 20, 1, 1),
            new(FaultKind.Clog, phase / 10, 10, 5000),
            new(FaultKind.Join, phase / 4, 1, 1),
            new(FaultKind.Leave, phase / 3, 500, 20_000),
            new(FaultKind.DuplicateName, phase, 1000, 20_000),
            new(FaultKind.StrangeMessage, phase / 20, 1, 1),
            new(FaultKind.Flush, phase / 2, 1, 1));
        if (rates.Exists(static r => r.Kind == FaultKind.Flush))
        {
            // A flush by a clock years ahead is in force there years before it is anywhere else.
            rates.RemoveAll(static r => r.Kind == FaultKind.ClockStep);
        }
        return new Plan
        {
            Shapes = Shapes(random, hosts, 1 + random.Below(5), bugs, swarms: true),
            StartsWith = 1 + random.Below(hosts),
            Network = Network(random, swarms: true),
            Workload = Work(random),
            FaultsMs = phase,
            Faults = FaultDraw.Draw(random.Fork("faults"), rates, hosts, phase),
            SkipsForming = random.Chance(0.3),
            IsStrict = false,
            FormsWithinMs = 300_000,
            ConvergesWithinMs = 600_000,
            ExpectsNoFalseDeath = false,
        };
    }

    /// <summary>As changes or partitions, with first levels in all processes.</summary>
    public static Plan FirstLevels(SimRandom random, PlantedBugs bugs)
    {
        Plan plan = random.Chance(0.5) ? Changes(random, bugs) : Partitions(random, bugs);
        return plan with { Workload = plan.Workload with { MeanKeptGapUs = random.Magnitude(1000, 20_000) } };
    }

    /// <summary>Clocks that are off, drift and step, on an otherwise calm ring.</summary>
    public static Plan Clocks(SimRandom random, PlantedBugs bugs)
    {
        int hosts = 2 + random.Below(4);
        const long Phase = 30_000;
        List<NodeShape> shapes = Shapes(random, hosts, 2, bugs, swarms: false);
        int off = random.Below(hosts);
        shapes[off] = shapes[off] with
        {
            OffsetMs = random.Pick([-3_600_000L, 3_600_000, 315_360_000_000, -315_360_000_000, 20_000, -20_000]),
            DriftPpm = random.Between(-200, 200),
        };
        List<FaultRate> rates = [new(FaultKind.ClockStep, 10_000, 1, 1), new(FaultKind.Join, 10_000, 1, 1)];
        AddSome(
            random, rates, 0.3,
            new(FaultKind.Leave, 15_000, 1000, 20_000), new(FaultKind.Partition, 15_000, 500, 20_000));
        return new Plan
        {
            Shapes = shapes,
            StartsWith = 1 + random.Below(hosts),
            Network = Network(random, swarms: false),
            Workload = Work(random),
            FaultsMs = Phase,
            Faults = FaultDraw.Draw(random.Fork("faults"), rates, hosts, Phase),
        };
    }

    /// <summary>Stores far too small for the load: nothing is exact, but limits hold and everything settles.</summary>
    public static Plan Tiny(SimRandom random, PlantedBugs bugs)
    {
        Plan plan = Changes(random, bugs);
        return new Plan
        {
            Shapes = [.. plan.Shapes.Select(static s => s with { MemoryBytes = 2 << 20, Shards = 1 })],
            StartsWith = plan.StartsWith,
            Network = plan.Network,
            Workload = plan.Workload with { ValueBytes = 12_000, LargeChance = 0 },
            FaultsMs = plan.FaultsMs,
            Faults = plan.Faults,
        };
    }

    // At most so many nodes crash that the copies cover it: a checker of losses needs a ring that is whole again.
    private static List<Fault> SpareCrashes(List<Fault> faults)
    {
        long next = 0;
        List<Fault> kept = [];
        foreach (Fault fault in faults)
        {
            bool isCrash = fault.Kind is FaultKind.Crash or FaultKind.Vanish;
            if (!isCrash || fault.AtMs >= next)
            {
                kept.Add(fault);
                next = isCrash ? fault.AtMs + 25_000 : next;
            }
        }
        return kept;
    }

    private static void AddSome(SimRandom random, List<FaultRate> rates, double chance, params FaultRate[] possible)
    {
        foreach (FaultRate rate in possible)
        {
            if (random.Chance(chance))
            {
                rates.Add(rate);
            }
        }
    }

    private static NetworkConditions Network(SimRandom random, bool swarms) => new()
    {
        MinDelayUs = random.Magnitude(20, 2000),
        MeanExtraUs = random.Magnitude(20, swarms ? 20_000 : 3000),
        SpikeChance = swarms && random.Chance(0.3) ? 0.01 : 0,
        BytesPerSecond = random.Magnitude(2_000_000, 100_000_000),
        BulkBytesPerSecond = random.Magnitude(30_000, 100_000_000),
        QueueBytes = swarms && random.Chance(0.2) ? 100_000 : 1 << 20,
    };

    private static WorkloadOptions Work(SimRandom random) => new()
    {
        Counters = 1 + random.Below(10),
        Plain = (int)random.Magnitude(20, 250),
        Groups = 1 + random.Below(15),
        MeanGapUs = random.Magnitude(3000, 50_000),
        MaxBatch = 1 + random.Below(8),
        ValueBytes = (int)random.Magnitude(10, 500),
        LargeChance = random.Chance(0.3) ? 0.02 : 0,
        MinTtlMs = random.Magnitude(50, 2000),
        MaxTtlMs = random.Magnitude(5000, 120_000),
        DeleteShare = random.Unit() * 0.3,
        ReadShare = 0.2 + (random.Unit() * 0.5),
        IndirectChance = random.Unit(),
    };

    private static List<NodeShape> Shapes(SimRandom random, int hosts, int copies, PlantedBugs bugs, bool swarms)
    {
        int lanes = 1 + random.Below(2);
        Knobs knobs = swarms ? Knobs.Draw(random.Fork("knobs")) : new Knobs();
        bool hasZones = random.Chance(0.2);
        bool hasWeights = random.Chance(0.2);
        int writeWaits = random.Below(8);
        List<NodeShape> shapes = Ingredients.Hosts(
            hosts, seeds => knobs.Options(seeds, copies, lanes, waits: !swarms || writeWaits > 0, bugs));
        for (int i = 0; i < hosts; i++)
        {
            shapes[i] = shapes[i] with
            {
                Zone = hasZones ? $"z{i % 3}" : "",
                Weight = !hasWeights ? 1 : i == 0 ? 2 : random.Below(4),
                Shards = 1 + random.Below(2),
                MaxWire = (byte)(1 + random.Below(3)),
                DriftPpm = random.Between(-100, 100),
                OffsetMs = random.Between(-200, 200),
            };
        }
        return shapes;
    }
}
