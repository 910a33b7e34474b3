using System.Diagnostics;
using System.Globalization;

using Henge.Storage.Eviction;
using Henge.Storage.Sizing;
using Henge.Tests.Storage.Sizing;

using Trace = Henge.Tests.Storage.Eviction.Trace;

namespace Henge.Benchmarks;

/// <summary>
/// What the simulation of other sizes of memory says of real traces against what stores of those sizes do, and what it
/// costs: the same requests with it and without, and the memory of its tables. Run: <c>-- sizing</c>; the traces are
/// found as the tests find them.
/// </summary>
internal static class SizingProgram
{
    private const int Rounds = 5;
    private static readonly (string Name, int Divisor)[] s_traces =
        [("oltp.arc.gz", 16), ("web07.i32be.gz", 4), ("w106.u32be.gz", 16)];

    public static void Run(string[] arguments)
    {
        foreach ((string name, int divisor) in s_traces)
        {
            if (Trace.TryLoad(name) is not { } trace)
            {
                Console.WriteLine($"{name} is not on this machine: HENGE_TRACES names its folder.");
                continue;
            }
            long memory = TraceRun.FootprintOf(trace) / divisor;
            foreach (EvictionPolicy policy in Enum.GetValues<EvictionPolicy>())
            {
                Compare(name, trace, memory, policy);
            }
            Cost(trace, memory);
        }
    }

    private static void Compare(string name, Trace trace, long memory, EvictionPolicy policy)
    {
        SizingEstimate estimate = TraceRun.Estimate(trace, memory, shards: 0, policy);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {policy}, {memory >> 20} MiB, tables {ShardSizing.BytesFor(memory) * 100.0 / memory:0.00} %, "
            + $"{estimate.SampledReads} of {estimate.Reads} reads sampled"));
        for (int size = 0; size < SizeFactors.Count; size++)
        {
            double factor = SizeFactors.All[size];
            double truth = TraceRun.HitRatio(trace, (long)(memory * factor), shards: 0, policy);
            double estimated = estimate.HitRatios[size];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {factor,3}x  estimate {100 * estimated:0.00} %  truth {100 * truth:0.00} %  "
                + $"error {100 * (estimated - truth):+0.00;-0.00} points"));
        }
    }

    private static void Cost(Trace trace, long memory)
    {
        double with = double.MaxValue;
        double without = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long began = Stopwatch.GetTimestamp();
            TraceRun.HitRatio(trace, memory, shards: 0, EvictionPolicy.Lru);
            without = Math.Min(without, Stopwatch.GetElapsedTime(began).TotalNanoseconds / trace.Requests.Length);
            began = Stopwatch.GetTimestamp();
            TraceRun.Estimate(trace, memory, shards: 0, EvictionPolicy.Lru);
            with = Math.Min(with, Stopwatch.GetElapsedTime(began).TotalNanoseconds / trace.Requests.Length);
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  a request of the trace to the store alone: {without:0.0} ns without, {with:0.0} ns with"));
    }
}
