using Henge.Cluster;
using Henge.Simulator.Checks;
using Henge.Simulator.Faults;
using Henge.Simulator.Nodes;
using Henge.Simulator.Time;

namespace Henge.Simulator.Scenarios;

/// <summary>Written scenarios about nodes that do not hear each other, or hardly, or know a wrong time.</summary>
internal static class PartitionScenarios
{
    private const long Second = 1000;
    private const long Hour = 3600 * Second;

    /// <summary>A split of so long; writes and deletions on both sides; one ring within 5 s of contact.</summary>
    public static Func<SimRandom, PlantedBugs, Plan> Split(long forMs) => (random, bugs) =>
    {
        int hosts = forMs >= Hour ? 3 : 3 + random.Below(3);
        long at = 2 * Second;
        return new Plan
        {
            Shapes = Ingredients.Hosts(hosts, 2, bugs),
            StartsWith = hosts,
            Workload = new() { MeanGapUs = Math.Max(10_000, forMs / 8), DeleteShare = 0.25 },
            IsExactOnceMet = true,
            Faults = [Ingredients.Split(at, forMs, 1 + random.Below((1 << (hosts - 1)) - 1), hosts)],
            FaultsMs = at + forMs,
            ConvergesWithinMs = 20 * Second,
            LookEveryMs = Math.Clamp(forMs / 100, 1000, 60_000),
            Begins = world =>
            {
                world.Time.After((at + forMs) * 1000 + (5 * Second * 1000), () => ExpectOneRing(world));
            },
        };
    };

    /// <summary>Islands at start: two rings form, and then one side hears of the other.</summary>
    public static Plan Islands(SimRandom random, PlantedBugs bugs)
    {
        int hosts = 4 + random.Below(3);
        int left = 1 + random.Below(hosts - 1);
        List<NodeShape> shapes = Ingredients.Hosts(
            hosts, seeds => new ClusterOptions { Seeds = seeds, Bugs = bugs },
            i => i < left ? Enumerable.Range(0, left + 1) : Enumerable.Range(left - 1, hosts - left + 1));
        return new Plan
        {
            Shapes = shapes,
            StartsWith = hosts,
            SkipsForming = true,
            StartsDisturbed = true,
            Workload = new() { DeleteShare = 0.25 },
            Faults = [Ingredients.Split(0, 12 * Second, (1 << left) - 1, hosts)],
            FaultsMs = 14 * Second,
            ConvergesWithinMs = 20 * Second,
            IsStrict = false,
            IsExactOnceMet = true,
        };
    }

    /// <summary>
    /// A node that knows no seed but itself leaves and starts again: a ring of one until the others dial it.
    /// </summary>
    public static Plan Seedless(SimRandom random, PlantedBugs bugs)
    {
        int hosts = 3 + random.Below(2);
        return new Plan
        {
            Shapes = Ingredients.Hosts(
                hosts, seeds => new ClusterOptions { Seeds = seeds, Bugs = bugs },
                i => i == 0 ? [0] : Enumerable.Range(0, hosts)),
            StartsWith = hosts,
            Workload = new() { MeanGapUs = 3000, DeleteShare = 0.25 },
            Faults =
            [
                new(FaultKind.Leave, 3 * Second, 2 * Second + random.Below(3 * Second), 0),
                new(FaultKind.Leave, 15 * Second, 2 * Second + random.Below(3 * Second), 0),
            ],
            FaultsMs = 25 * Second,
            ConvergesWithinMs = 20 * Second,
            IsStrict = false,
            IsExactOnceMet = true,
        };
    }

    /// <summary>
    /// Tags are invalidated on both sides of a split while both write; once they meet, nobody serves what either took.
    /// </summary>
    public static Plan TagsApart(SimRandom random, PlantedBugs bugs)
    {
        int hosts = 3 + random.Below(3);
        return new Plan
        {
            Shapes = Ingredients.Hosts(hosts, 2, bugs),
            StartsWith = hosts,
            Workload = new() { RequestsPerInvalidation = 8, ReadShare = 0.6, MeanGapUs = 5000 },
            Faults =
            [
                Ingredients.Split(2 * Second, 12 * Second, 1 + random.Below((1 << (hosts - 1)) - 1), hosts),
                new Fault(FaultKind.Crash, 20 * Second, 500, random.Below(hosts)),
            ],
            FaultsMs = 25 * Second,
            ConvergesWithinMs = 20 * Second,
            Expects = world =>
            {
                if (world.Oracle.Tags.Done == 0)
                {
                    world.Fail("I27", "no invalidation was done");
                }
            },
        };
    }

    /// <summary>
    /// First levels while two hosts do not hear each other, then all of one side not those of the other, then one
    /// stands still: what they serve is within the bound, and nothing stale is left.
    /// </summary>
    public static Plan KeptApart(SimRandom random, PlantedBugs bugs)
    {
        int hosts = 3 + random.Below(2);
        return new Plan
        {
            Shapes = Ingredients.Hosts(hosts, 2, bugs),
            StartsWith = hosts,
            Workload = new() { Plain = 40, Groups = 2, MeanGapUs = 5000, MeanKeptGapUs = 1000, ExpiringShare = 0.02 },
            Faults =
            [
                new(FaultKind.Partial, 2 * Second, 4 * Second, 0, 1),
                Ingredients.Split(10 * Second, 12 * Second, 1 + random.Below((1 << (hosts - 1)) - 1), hosts),
                new(FaultKind.Pause, 32 * Second, 5 * Second, random.Below(hosts)),
            ],
            FaultsMs = 40 * Second,
            ConvergesWithinMs = 30 * Second,
            Expects = world =>
            {
                if (world.Oracle.Kept.Served < 1000)
                {
                    world.Fail("I29", $"first levels served {world.Oracle.Kept.Served} reads");
                }
            },
        };
    }

    /// <summary>A node stands still for 2 s: nobody is declared dead, nothing is lost.</summary>
    public static Plan Pause(SimRandom random, PlantedBugs bugs)
    {
        int hosts = 2 + random.Below(4);
        return new Plan
        {
            Shapes = Ingredients.Hosts(hosts, 2, bugs),
            StartsWith = hosts,
            Workload = new() { MeanGapUs = 5000 },
            Faults =
            [
                new(FaultKind.Pause, 3 * Second, 2 * Second, random.Below(hosts)),
                new(FaultKind.Pause, 15 * Second, 2 * Second, random.Below(hosts)),
            ],
            FaultsMs = 25 * Second,
            ConvergesWithinMs = 20 * Second,
            Expects = world => ExpectNoEvent(world, ClusterEventKind.MemberDead),
        };
    }

    /// <summary>1 % of messages late by 200 ms, as lost packets are over TCP: nobody is declared dead.</summary>
    public static Plan Lossy(SimRandom random, PlantedBugs bugs)
    {
        int hosts = 2 + random.Below(5);
        return new Plan
        {
            Shapes = Ingredients.Hosts(hosts, 2, bugs),
            StartsWith = hosts,
            Network = new() { SpikeChance = 0.01 },
            Workload = new() { MeanGapUs = 10_000 },
            FaultsMs = 60 * Second,
            Expects = world => ExpectNoEvent(world, ClusterEventKind.MemberDead),
        };
    }

    /// <summary>One node is slow for long, as beside a busy neighbour: nobody is declared dead.</summary>
    public static Plan Busy(SimRandom random, PlantedBugs bugs)
    {
        int hosts = 3 + random.Below(3);
        return new Plan
        {
            Shapes = Ingredients.Hosts(hosts, 2, bugs),
            StartsWith = hosts,
            Workload = new() { MeanGapUs = 20_000 },
            Faults = [new(FaultKind.Slow, 2 * Second, 25 * Second, random.Below(hosts), 0, 1000)],
            FaultsMs = 30 * Second,
            Expects = world => ExpectNoEvent(world, ClusterEventKind.MemberDead),
        };
    }

    /// <summary>Two processes bear one name: the newer wins, and the ring is whole once the other has gone.</summary>
    public static Plan Duplicate(SimRandom random, PlantedBugs bugs) => new()
    {
        Shapes = Ingredients.Hosts(4, 2, bugs),
        StartsWith = 4,
        Faults = [new(FaultKind.DuplicateName, 2 * Second, 10 * Second, random.Below(2), 2 + random.Below(2))],
        FaultsMs = 20 * Second,
        ConvergesWithinMs = 60 * Second,
        Expects = world =>
        {
            if (world.Events.All(static e => e.Event.Kind != ClusterEventKind.IdentityConflict))
            {
                world.Fail("G", $"nobody reported that two nodes bear one name");
            }
        },
    };

    /// <summary>One clock is ten years ahead: what others write later than that node is not lost.</summary>
    public static Plan FarFuture(SimRandom random, PlantedBugs bugs)
    {
        List<NodeShape> shapes = Ingredients.Hosts(3, 2, bugs);
        int host = random.Below(3);
        shapes[host] = shapes[host] with { OffsetMs = 315_360_000_000 };
        return new Plan
        {
            Shapes = shapes,
            StartsWith = random.Chance(0.5) ? 3 : 2,
            Workload = new() { MeanGapUs = 8000, ExpiringShare = 0 },
            Faults =
            [
                new(FaultKind.Join, 3 * Second, Host: 2),
                new(FaultKind.Leave, 10 * Second, 5 * Second, host),
                new(FaultKind.ClockStep, 20 * Second, 0, host, 0, -315_360_000_000),
            ],
            FaultsMs = 30 * Second,
        };
    }

    /// <summary>Repair after a split in which one side deletes and the other goes on.</summary>
    public static Plan DeletesApart(SimRandom random, PlantedBugs bugs)
    {
        Plan plan = Split(20 * Second)(random, bugs);
        return new Plan
        {
            Shapes = plan.Shapes,
            StartsWith = plan.StartsWith,
            Workload = plan.Workload with { DeleteShare = 0.5, ReadShare = 0.1, MeanGapUs = 10_000 },
            Faults =
            [
                plan.Faults[0],
                new(FaultKind.ResetData, 23 * Second, 0, 0, 1),
                new(FaultKind.Partial, 30 * Second, 8 * Second, 0, 1),
            ],
            IsExactOnceMet = true,
            FaultsMs = 45 * Second,
        };
    }

    /// <summary>
    /// One node hears nobody and does not notice for long; the others go on without it, and one more joins them. What
    /// it sends to its former copies must not be taken.
    /// </summary>
    public static Plan DeafOwner(SimRandom random, PlantedBugs bugs)
    {
        const int Hosts = 5;
        List<NodeShape> shapes = Ingredients.Hosts(Hosts, seeds => new ClusterOptions
        {
            Seeds = seeds,
            Bugs = bugs,
            ProbeIntervalMs = 200,
            ProbeTimeoutMs = 100,
            SuspicionMs = 500,
            RereplicateAfterMs = 50,
        });
        shapes[0] = shapes[0] with
        {
            Options = new ClusterOptions
            {
                Seeds = shapes[0].Options.Seeds,
                Bugs = bugs,
                ProbeTimeoutMs = 30_000,
                SuspicionMs = 60_000,
                PauseGuardMs = 60_000,
            },
        };
        long forMs = random.Between(5 * Second, 12 * Second);
        List<Fault> faults = [new(FaultKind.Join, 2500, Host: 4)];
        for (int i = 1; i < Hosts; i++)
        {
            faults.Add(new(FaultKind.OneWay, 2 * Second, forMs, i, 1));
        }
        return new Plan
        {
            Shapes = shapes,
            StartsWith = 4,
            Network = new() { UserTimeoutUs = 30_000_000 },
            Workload = new() { MeanGapUs = 5000, ReadShare = 0.1, IndirectChance = 0 },
            Faults = faults,
            FaultsMs = 20 * Second,
        };
    }

    private static void ExpectOneRing(World world)
    {
        string? missing = new Convergence(world).MissingFromViews();
        if (missing is not null)
        {
            world.Fail("I7", $"5 s after contact: {missing}");
        }
    }

    private static void ExpectNoEvent(World world, ClusterEventKind kind)
    {
        (long atUs, SimNode node, ClusterEvent happened) =
            world.Events.Find(e => e.Event.Kind == kind && e.Event.Member is not null);
        if (happened is not null)
        {
            world.Fail("I22", $"at {atUs / 1000} ms {node} reported {kind} of {happened.Member!.Name}");
        }
    }
}
