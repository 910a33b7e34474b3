using BenchmarkDotNet.Running;

using Henge.Benchmarks;

// What is measured as a process of its own has a name; everything else is for BenchmarkDotNet (--filter '*').
var programs = new Dictionary<string, Action<string[]>>
{
    ["floor"] = FloorServer.Run,
    ["bare-kestrel"] = BareKestrel.Run,
    ["memory"] = MemoryProgram.Run,
    ["storeget"] = StoreGetProgram.Run,
    ["coherence"] = CoherenceProgram.Run,
    ["frames"] = FramesProgram.Run,
    ["scrape"] = ScrapeProgram.Run,
    ["sizing"] = SizingProgram.Run,
};
if (args.Length > 0 && programs.TryGetValue(args[0], out Action<string[]>? program))
{
    program(args[1..]);
    return;
}
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
