using System.Globalization;
using System.Text;

using Henge.Storage.Eviction;
using Henge.Storage.Sizing;
using Henge.Tests.Storage.Eviction;

using Xunit;

namespace Henge.Tests.Storage.Sizing;

/// <summary>What the simulation says of other sizes is what stores of those sizes do, on real requests.</summary>
public class SizingTraceTests
{
    [Theory]
    [InlineData("oltp.arc.gz", 16, 0)]
    [InlineData("oltp.arc.gz", 16, 8)]
    [InlineData("oltp.arc.gz", 8, 0)]
    [InlineData("oltp.arc.gz", 128, 0)]
    [InlineData("web07.i32be.gz", 4, 0)]
    [InlineData("web07.i32be.gz", 2, 1)]
    [InlineData("web07.i32be.gz", 16, 0)]
    [InlineData("w106.u32be.gz", 16, 0)]
    [InlineData("w106.u32be.gz", 8, 16)]
    [InlineData("w106.u32be.gz", 256, 0)]
    public void Estimates_are_within_two_points_of_what_such_stores_do(string name, int divisor, int shards) =>
        Compare(name, divisor, shards, EvictionPolicy.Lru, mostPoints: 2);

    [Theory]
    [InlineData("oltp.arc.gz", 16, 0)]
    [InlineData("oltp.arc.gz", 16, 8)]
    [InlineData("oltp.arc.gz", 8, 0)]
    [InlineData("web07.i32be.gz", 4, 0)]
    [InlineData("web07.i32be.gz", 2, 1)]
    [InlineData("web07.i32be.gz", 8, 0)]
    [InlineData("w106.u32be.gz", 16, 0)]
    [InlineData("w106.u32be.gz", 8, 16)]
    [InlineData("w106.u32be.gz", 256, 0)]
    public void Under_S3FIFO_it_is_simulated_and_they_are_as_near(string name, int divisor, int shards) =>
        Compare(name, divisor, shards, EvictionPolicy.S3Fifo, mostPoints: 2);

    [Theory]
    [InlineData("oltp.arc.gz", 16, 0, 2.5)]
    [InlineData("oltp.arc.gz", 16, 8, 2)]
    [InlineData("oltp.arc.gz", 8, 0, 2)]
    [InlineData("web07.i32be.gz", 4, 0, 2)]
    [InlineData("web07.i32be.gz", 2, 1, 2)]
    [InlineData("w106.u32be.gz", 16, 0, 2)]
    [InlineData("w106.u32be.gz", 8, 16, 2)]
    public void Under_TinyLFU_they_are_what_S3FIFO_would_gain(
        string name, int divisor, int shards, double mostPoints) =>
        Compare(name, divisor, shards, EvictionPolicy.TinyLfu, mostPoints);

    private static void Compare(string name, int divisor, int shards, EvictionPolicy policy, double mostPoints)
    {
        Trace? trace = Trace.TryLoad(name);
        if (trace is null)
        {
            Assert.Skip($"The trace {name} is not on this machine (HENGE_TRACES names its folder).");
        }
        long memory = TraceRun.FootprintOf(trace) / divisor;
        SizingEstimate estimate = TraceRun.Estimate(trace, memory, shards, policy);
        var text = new StringBuilder($"{name} in {memory >> 10} KiB, {estimate.SampledReads} reads sampled:");
        double worst = 0;
        for (int size = 0; size < SizeFactors.Count; size++)
        {
            double truth = TraceRun.HitRatio(trace, (long)(memory * SizeFactors.All[size]), shards, policy);
            worst = Math.Max(worst, Math.Abs(truth - estimate.HitRatios[size]) * 100);
            text.Append(CultureInfo.InvariantCulture,
                $" {SizeFactors.All[size]}x {estimate.HitRatios[size]:P2} is {truth:P2};");
        }
        Assert.True(worst <= mostPoints, text.ToString());
    }
}
