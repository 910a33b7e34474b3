using System.Globalization;

using Henge.Cluster;
using Henge.Simulator.Scenarios;

namespace Henge.Simulator.Runs;

/// <summary>What the program was asked for.</summary>
internal sealed class CommandLine
{
    /// <summary>How it is used.</summary>
    public const string Usage = """
        Henge.Simulator: many nodes, one thread, virtual time; every run comes from its seed.

          --seed N             one run
          --seeds N            so many runs, one after another (default 200)
          --from N             the first of them (default 1)
          --scenario NAME      only this scenario (default: the seed decides)
          --bug NAME           with a planted bug
          --mutants            hunt each planted bug
          --trace              tell what happens, a line each
          --check-determinism  run each seed twice, the second time in a process of its own, and compare
          --keep-going         do not stop at the first failure
          --list               the scenarios and bugs
        """;

    public ulong From { get; private set; } = 1;

    public ulong Seeds { get; private set; } = 200;

    public Scenario? Scenario { get; private set; }

    public PlantedBugs Bugs { get; private set; }

    public bool Traces { get; private set; }

    public bool ChecksDeterminism { get; private set; }

    public bool KeepsGoing { get; private set; }

    public bool Hunts { get; private set; }

    public bool Lists { get; private set; }

    /// <summary>Reads the arguments; null, and says why, when they make no sense.</summary>
    public static CommandLine? Parse(string[] arguments, TextWriter errors)
    {
        var line = new CommandLine();
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out string? option))
        {
            if (!line.Take(option, rest))
            {
                errors.WriteLine($"{option} makes no sense here.");
                errors.WriteLine(Usage);
                return null;
            }
        }
        return line;
    }

    private bool Take(string option, Queue<string> rest)
    {
        switch (option)
        {
            case "--trace":
                return Traces = true;
            case "--check-determinism":
                return ChecksDeterminism = true;
            case "--keep-going":
                return KeepsGoing = true;
            case "--mutants":
                return Hunts = true;
            case "--list":
                return Lists = true;
            case "--seed" when Number(rest) is ulong seed:
                From = seed;
                Seeds = 1;
                return true;
            case "--seeds" when Number(rest) is ulong seeds:
                Seeds = seeds;
                return true;
            case "--from" when Number(rest) is ulong from:
                From = from;
                return true;
            case "--scenario" when rest.TryDequeue(out string? name):
                return (Scenario = Catalog.Find(name)) is not null;
            case "--bug" when rest.TryDequeue(out string? name) && Enum.TryParse(name, true, out PlantedBugs bug):
                Bugs |= bug;
                return true;
            default:
                return false;
        }
    }

    private static ulong? Number(Queue<string> rest) =>
        rest.TryDequeue(out string? text)
        && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null;
}
