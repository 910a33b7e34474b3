using System.Diagnostics;
using System.Globalization;

using Henge.Cluster;
using Henge.Simulator.Runs;
using Henge.Simulator.Scenarios;

if (CommandLine.Parse(args, Console.Error) is not { } line)
{
    return 2;
}
if (line.Lists)
{
    foreach (Scenario scenario in Catalog.All)
    {
        Console.WriteLine($"{scenario.Name,-16} {scenario.About}");
    }
    Console.WriteLine($"bugs: {string.Join(' ', Enum.GetNames<PlantedBugs>().Skip(1))}");
    return 0;
}
if (line.Hunts)
{
    int got = 0;
    foreach (PlantedBugs bug in Mutants.All.Where(b => line.Bugs == PlantedBugs.None || line.Bugs == b))
    {
        (RunResult Result, int Runs)? hunt = Mutants.Hunt(bug);
        got += hunt is null ? 0 : 1;
        Console.WriteLine(
            hunt is { } caught ? $"{bug} caught in run {caught.Runs}: {caught.Result}" : $"{bug} got away");
    }
    return got == Mutants.All.Count || (line.Bugs != PlantedBugs.None && got == 1) ? 0 : 1;
}

var watch = Stopwatch.StartNew();
long nextLineMs = 1000;
int failed = 0;
double virtualMs = 0;
for (ulong seed = line.From; seed < line.From + line.Seeds; seed++)
{
    Scenario scenario = line.Scenario ?? Catalog.Of(seed);
    RunResult result = Run.Of(scenario, seed, line.Bugs, line.Traces ? Console.Out : null);
    virtualMs += result.VirtualMs;
    string? failure = result.Failure ?? (line.ChecksDeterminism ? Compare(result) : null);
    if (failure is not null)
    {
        failed++;
        Console.WriteLine(result with { Failure = failure });
        Console.WriteLine($"again: --scenario {scenario.Name} --seed {seed} --trace");
        if (!line.KeepsGoing)
        {
            break;
        }
    }
    else if (line.Seeds == 1)
    {
        Console.WriteLine(result);
    }
    if (watch.ElapsedMilliseconds >= nextLineMs && line.Seeds > 1)
    {
        nextLineMs = watch.ElapsedMilliseconds + 1000;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{seed - line.From + 1} of {line.Seeds} runs, {failed} failed, "
            + $"{virtualMs / watch.ElapsedMilliseconds:f0} x "
            + $"real time, last: {scenario.Name}"));
    }
}
if (line.Seeds > 1)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{line.Seeds} runs, {failed} failed, {watch.Elapsed.TotalSeconds:f1} s, "
        + $"{virtualMs / Math.Max(1, watch.ElapsedMilliseconds):f0} x real time"));
}
return failed == 0 ? 0 : 1;

// The seed of string and hash codes differs between processes, so only another process shows what depends on it.
static string? Compare(RunResult result)
{
    var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
    start.ArgumentList.Add("--scenario");
    start.ArgumentList.Add(result.Scenario);
    start.ArgumentList.Add("--seed");
    start.ArgumentList.Add(result.Seed.ToString(CultureInfo.InvariantCulture));
    using Process other = Process.Start(start)!;
    string said = other.StandardOutput.ReadToEnd();
    other.WaitForExit();
    return said.Contains($"hash {result.Hash:x16}", StringComparison.Ordinal) ? null
        : $"the same seed had another course in another process: {said.Trim()}";
}
