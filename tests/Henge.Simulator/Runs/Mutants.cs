using Henge.Cluster;
using Henge.Simulator.Scenarios;

namespace Henge.Simulator.Runs;

/// <summary>
/// The proof that the simulator works: for each planted bug, the scenarios in which it should show, and the hunt for
/// it.
/// </summary>
internal static class Mutants
{
    /// <summary>Most seeds of a hunt.</summary>
    public const int MaxSeeds = 1000;

    private static readonly Dictionary<PlantedBugs, string[]> s_scenarios = new()
    {
        [PlantedBugs.LostDelete] = ["olric"],
        [PlantedBugs.NoViewCheck] = ["deaf-owner"],
        [PlantedBugs.LastArrivalWins] = ["deletes-apart", "partitions"],
        [PlantedBugs.RelativeExpiry] = ["fetch-through"],
        [PlantedBugs.ForgetsPeers] = ["split-60s"],
        [PlantedBugs.OkOnTimeout] = ["partitions", "swarm"],
        [PlantedBugs.ServesWithoutHoldings] = ["fetch-through"],
        [PlantedBugs.DropsEarly] = ["source-dies", "changes"],
        [PlantedBugs.ClockOnlyVersions] = ["clocks", "far-future"],
        [PlantedBugs.RepairIgnoresTombstones] = ["deletes-apart", "partitions"],
        [PlantedBugs.RepeatsWrites] = ["changes", "partitions"],
        [PlantedBugs.NoRefutation] = ["pause", "partitions"],
        [PlantedBugs.TrustsStrangers] = ["islands", "seedless"],
        [PlantedBugs.TrustsSilence] = ["kept-apart"],
        [PlantedBugs.KeepsOvertaken] = ["first-levels", "kept-apart"],
        [PlantedBugs.ForgetsTags] = ["tags-apart", "partitions"],
    };

    /// <summary>All planted bugs.</summary>
    public static IReadOnlyList<PlantedBugs> All { get; } =
        [.. Enum.GetValues<PlantedBugs>().Where(static b => b != PlantedBugs.None)];

    /// <summary>
    /// Hunts one; the run that caught it and after how many, or null when it got away. A run that fails without the bug
    /// as well has caught nothing.
    /// </summary>
    public static (RunResult Result, int Runs)? Hunt(PlantedBugs bug)
    {
        string[] names = s_scenarios[bug];
        for (int i = 0; i < MaxSeeds; i++)
        {
            RunResult result = Run.Of(Catalog.Find(names[i % names.Length])!, (ulong)i + 1, bug);
            bool isCaught = result.Failure is not null
                && Run.Of(Catalog.Find(result.Scenario)!, result.Seed).Failure is null;
            if (isCaught)
            {
                return (result, i + 1);
            }
        }
        return null;
    }
}
