using Henge.Cluster;
using Henge.Simulator.Time;

namespace Henge.Simulator.Scenarios;

/// <summary>Parameters away from the product's, to reach what those seldom reach; 1 leaves them as they are.</summary>
internal sealed record Knobs
{
    public double Probe { get; init; } = 1;

    public double Suspicion { get; init; } = 1;

    public double Gossip { get; init; } = 1;

    public double Exchange { get; init; } = 1;

    public double Operation { get; init; } = 1;

    public int ChunkBytes { get; init; } = 64 << 10;

    public int ChunkWindow { get; init; } = 16;

    public long TombstoneGraceMs { get; init; } = 3_600_000;

    public int MaxWaiting { get; init; } = 100_000;

    public int RepairIntervalMs { get; init; } = 600_000;

    public static Knobs Draw(SimRandom random) => new()
    {
        Probe = random.Magnitude(10, 1000) / 100.0,
        Suspicion = random.Magnitude(10, 400) / 100.0,
        Gossip = random.Magnitude(10, 1000) / 100.0,
        Exchange = random.Magnitude(10, 300) / 100.0,
        Operation = random.Magnitude(10, 500) / 100.0,
        ChunkBytes = (int)random.Magnitude(1, 64 << 10),
        ChunkWindow = 1 + random.Below(16),
        TombstoneGraceMs = random.Chance(0.5) ? 1000 : 3_600_000,
        MaxWaiting = random.Chance(0.2) ? 10 : 100_000,
        RepairIntervalMs = random.Chance(0.5) ? 5000 : 600_000,
    };

    public ClusterOptions Options(IReadOnlyList<string> seeds, int copies, int lanes, bool waits, PlantedBugs bugs) =>
        new()
        {
            Seeds = seeds,
            Copies = copies,
            Lanes = lanes,
            WaitsForReplicas = waits,
            Bugs = bugs,
            ProbeIntervalMs = Scale(1000, Probe),
            ProbeTimeoutMs = Scale(500, Probe),
            SuspicionMs = Scale(3000, Suspicion),
            GossipIntervalMs = Scale(200, Gossip),
            PushPullIntervalMs = Scale(10_000, Exchange),
            RedialMs = Scale(1000, Exchange),
            RedialCapMs = Scale(5000, Exchange),
            JoinPatienceMs = Scale(2000, Exchange),
            OperationTimeoutMs = Scale(5000, Operation),
            ChunkBytes = ChunkBytes,
            ChunkWindow = ChunkWindow,
            TombstoneGraceMs = TombstoneGraceMs,
            MaxWaiting = MaxWaiting,
            RepairIntervalMs = RepairIntervalMs,
        };

    private static int Scale(int value, double by) => Math.Max(1, (int)(value * by));
}
