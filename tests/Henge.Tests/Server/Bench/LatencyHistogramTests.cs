using FsCheck;
using FsCheck.Fluent;

using Henge.Server.Bench;

using Xunit;

namespace Henge.Tests.Server.Bench;

public sealed class LatencyHistogramTests
{
    // Sizes from nanoseconds to years alike: 62 random bits, of which a random number is dropped.
    private static readonly Arbitrary<long[]> _values =
        (from high in Gen.Choose(0, int.MaxValue)
         from low in Gen.Choose(0, int.MaxValue)
         from shift in Gen.Choose(0, 62)
         select (((long)high << 32) | (uint)low) >> shift).NonEmptyListOf()
            .Select(list => list.ToArray()).ToArbitrary();

    [Fact]
    public void A_percentile_is_the_true_one_or_at_most_one_in_128_above_it() => Prop.ForAll(_values, values =>
    {
        LatencyHistogram histogram = Of(values);
        long[] sorted = [.. values.Order()];
        foreach (double percent in new[] { 1.0, 25, 50, 90, 99, 99.9, 100 })
        {
            long truth = sorted[Math.Max(0, (int)Math.Ceiling(percent / 100 * sorted.Length) - 1)];
            long shown = histogram.Percentile(percent);
            if (shown < truth || shown - truth > (truth >> 7))
            {
                return false;
            }
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Least_greatest_and_count_are_exact() => Prop.ForAll(_values, values =>
    {
        LatencyHistogram histogram = Of(values);
        return histogram.Min == values.Min() && histogram.Max == values.Max() && histogram.Count == values.Length
            && histogram.Percentile(100) == values.Max();
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_merged_are_as_one_that_saw_all() => Prop.ForAll(_values, _values, (left, right) =>
    {
        LatencyHistogram merged = Of(left);
        merged.Add(Of(right));
        LatencyHistogram whole = Of([.. left, .. right]);
        return merged.Count == whole.Count && merged.Min == whole.Min && merged.Max == whole.Max
            && Enumerable.Range(0, 101).All(percent => merged.Percentile(percent) == whole.Percentile(percent));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_empty_one_shows_zero()
    {
        LatencyHistogram histogram = Of([5]);
        histogram.Clear();

        Assert.Equal((0, 0, 0), (histogram.Count, histogram.Min, histogram.Max));
        Assert.Equal((0, 0), (histogram.Mean, histogram.Percentile(99)));
    }

    [Fact]
    public void A_value_may_count_many_times()
    {
        LatencyHistogram histogram = new();
        histogram.Record(10, 99);
        histogram.Record(-3);

        Assert.Equal(100, histogram.Count);
        Assert.Equal(9.9, histogram.Mean, 6);
        Assert.Equal(0, histogram.Min);
        Assert.Equal(10, histogram.Percentile(50));
    }

    private static LatencyHistogram Of(long[] values)
    {
        LatencyHistogram histogram = new();
        Array.ForEach(values, value => histogram.Record(value));
        return histogram;
    }
}
