using Henge.Cluster;
using Henge.Simulator.Runs;

using Xunit;

namespace Henge.Tests.Simulator;

/// <summary>The proof that the simulator finds what it should: it catches every bug that is planted for it.</summary>
public sealed class PlantedBugTests
{
    public static TheoryData<string> Bugs => [.. Mutants.All.Select(static b => b.ToString())];

    [Theory]
    [MemberData(nameof(Bugs))]
    public void Planted_bug_is_caught(string bug) =>
        Assert.True(Mutants.Hunt(Enum.Parse<PlantedBugs>(bug)) is not null, $"{bug} got away");
}
