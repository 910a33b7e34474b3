namespace Henge.Simulator.Scenarios;

/// <summary>All scenarios.</summary>
internal static class Catalog
{
    /// <summary>Those that the seed decides: for long runs.</summary>
    public static IReadOnlyList<Scenario> Random { get; } =
    [
        new("changes", "joins, leaves, single crashes; exact reads", RandomScenarios.Changes),
        new("partitions", "cuts of every shape, pauses, resets", RandomScenarios.Partitions),
        new("swarm", "everything, with odd parameters", RandomScenarios.Swarm),
        new("clocks", "clocks that are off, drift and step", RandomScenarios.Clocks),
        new("tiny", "stores far too small for the load", RandomScenarios.Tiny),
        new("first-levels", "changes or partitions, read through first levels", RandomScenarios.FirstLevels),
    ];

    /// <summary>Those written for one purpose.</summary>
    public static IReadOnlyList<Scenario> Written { get; } =
    [
        new("fetch-through", "operations on keys that are still on their way", ChangeScenarios.FetchThrough),
        new("source-dies", "the source of a transfer dies", ChangeScenarios.SourceDies),
        new("restarts-empty", "a node restarts at once, empty", ChangeScenarios.RestartsEmpty),
        new("olric", "deletions of keys that are still on their way", ChangeScenarios.Olric),
        new("three-six-three", "3 nodes become 6 and 3 again: no miss, no error", ChangeScenarios.ThreeSixThree),
        new("storm", "five join at once and leave at once", ChangeScenarios.Storm),
        new("kill", "one process is killed; service within 2 s", ChangeScenarios.Kill),
        new("silent", "one host goes silent; service within 4 s", ChangeScenarios.Silent),
        new("split-1s", "a partition of 1 s", PartitionScenarios.Split(1000)),
        new("split-60s", "a partition of a minute", PartitionScenarios.Split(60_000)),
        new("split-10m", "a partition of 10 minutes", PartitionScenarios.Split(600_000)),
        new("deletes-apart", "deletions on one side of a split", PartitionScenarios.DeletesApart),
        new("tags-apart", "tags invalidated on both sides of a split", PartitionScenarios.TagsApart),
        new("kept-apart", "first levels whose owners are not heard", PartitionScenarios.KeptApart),
        new("deaf-owner", "an owner that hears nobody goes on writing", PartitionScenarios.DeafOwner),
        new("islands", "two rings at start that meet", PartitionScenarios.Islands),
        new("seedless", "a node whose only seed is itself restarts", PartitionScenarios.Seedless),
        new("pause", "a node stands still for 2 s", PartitionScenarios.Pause),
        new("lossy", "1 % of messages late by 200 ms", PartitionScenarios.Lossy),
        new("busy", "one node is slow for long", PartitionScenarios.Busy),
        new("duplicate", "two processes with one name", PartitionScenarios.Duplicate),
        new("far-future", "a clock ten years ahead", PartitionScenarios.FarFuture),
    ];

    /// <summary>Those that take longer.</summary>
    public static IReadOnlyList<Scenario> Long { get; } =
    [
        new("split-23h", "a partition of 23 hours", PartitionScenarios.Split(23 * 3_600_000L)),
        new("hundred", "a hundred nodes become one ring", ChangeScenarios.Hundred),
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<Scenario> All => Random.Concat(Written).Concat(Long);

    /// <summary>
    /// Which scenario a seed means where none is named: mostly those of chance, in turn, and the written ones between.
    /// </summary>
    public static Scenario Of(ulong seed) => seed % 4 != 3
        ? Random[(int)((seed / 4 * 3 + seed % 4) % (ulong)Random.Count)]
        : Written[(int)(seed / 4 % (ulong)Written.Count)];

    /// <summary>A scenario by its name; null for none.</summary>
    public static Scenario? Find(string name) => All.FirstOrDefault(s => s.Name == name);
}
