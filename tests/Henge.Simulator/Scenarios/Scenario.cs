using Henge.Cluster;
using Henge.Simulator.Time;

namespace Henge.Simulator.Scenarios;

/// <summary>A kind of run.</summary>
/// <param name="Name">As the command line knows it.</param>
/// <param name="About">What it is about, for people.</param>
/// <param name="Draw">Makes the plan of a run from its source of chance and the bugs that are switched on.</param>
internal sealed record Scenario(string Name, string About, Func<SimRandom, PlantedBugs, Plan> Draw);
