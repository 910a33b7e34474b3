using Henge.Simulator.Runs;
using Henge.Simulator.Scenarios;

using Xunit;

namespace Henge.Tests.Simulator;

/// <summary>
/// Scenarios that were written for one purpose, and seeds that once failed. A class of its own, so that they run beside
/// the seeds of chance.
/// </summary>
public sealed class WrittenScenarioTests
{
    public static TheoryData<string> WrittenScenarios => [.. Catalog.Written.Select(static s => s.Name)];

    [Theory]
    [MemberData(nameof(WrittenScenarios))]
    public void Written_scenario_holds(string name)
    {
        for (ulong seed = 1; seed <= 2; seed++)
        {
            RunResult result = Run.Of(Catalog.Find(name)!, seed);
            Assert.True(result.Failure is null, result.ToString());
        }
    }

    // What each of them found, before it was mended.
    [Theory]
    [InlineData("tiny", 18, "who started together took each other for the ring and began another beside it")]
    [InlineData("three-six-three", 19, "a second link made the tables of tags unmet, and a plan waited 5 s for them")]
    [InlineData("tiny", 10017, "pulls over a slow link began anew for ever")]
    [InlineData("swarm", 20020, "a former process acknowledged for the later one of its name")]
    [InlineData("swarm", 30029, "a node that had stood still waited for the answer to a question lost with its link")]
    [InlineData("partitions", 20063, "a pause was measured as a round trip, and questions waited minutes for answers")]
    [InlineData("clocks", 20027, "an overwrite while loading got a version below one that no clock follows")]
    [InlineData("clocks", 30235, "what had expired and was not swept yet was kept from the new owner")]
    [InlineData("swarm", 40006, "writes taken in part through several views counted as those of the last view alone")]
    [InlineData("changes", 740, "a node that was leaving when all healed did not come back")]
    [InlineData("swarm", 1456, "half-open connections without traffic stayed so for ever")]
    [InlineData("swarm", 459725080076, "the oracle asked of a new copy what was done under the view before")]
    [InlineData("swarm", 10022, "the oracle counted what was about to be dropped as a holder")]
    [InlineData("swarm", 10086, "the oracle took a lone node for gone while it still served")]
    [InlineData("swarm", 51449, "the oracle took a deletion of the same version, made on the other side, for a loss")]
    [InlineData("first-levels", 203, "an invalidation through a node that knew nobody yet was answered at once")]
    [InlineData("tiny", 60472, "a node that did not know its ring yet answered an invalidation that nobody else had")]
    [InlineData("swarm", 61502, "a host that was made a double twice stayed one")]
    [InlineData("swarm", 70978, "the oracle took for a loss what died with its only node before its answer arrived")]
    [InlineData("swarm", 71778, "the oracle kept a flush that died with the only node that knew of it")]
    [InlineData("swarm", 60002, "the oracle took a write of the same microsecond for one before the invalidation")]
    [InlineData("clocks", 60010, "the oracle asked what another side had written later to be gone once all was one")]
    [InlineData("swarm", 30031, "the oracle counted a node that had said goodbye as a holder")]
    [InlineData("changes", 20022, "the oracle missed an answer under way from the last node of a ring")]
    public void Seed_that_once_failed_holds(string scenario, ulong seed, string found) =>
        Assert.True(Run.Of(Catalog.Find(scenario)!, seed) is { Failure: null }, $"{scenario} {seed}: {found}");
}
