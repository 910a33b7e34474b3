using Henge.Storage.Figures;

using Xunit;

namespace Henge.Tests.Storage.Figures;

public sealed class LogHistogramTests
{
    [Fact]
    public void Every_amount_is_in_the_place_whose_borders_are_around_it()
    {
        for (int power = 0; power < 63; power++)
        {
            foreach (long amount in (long[])[(1L << power) - 1, 1L << power, (1L << power) + (1L << power >> 1)])
            {
                int place = LogHistogram.PlaceOf(amount);
                Assert.InRange(place, 0, LogHistogram.Places - 1);
                Assert.True(amount <= LogHistogram.EndOf(place), $"{amount} is beyond place {place}");
                Assert.True(place == 0 || amount >= LogHistogram.EndOf(place - 1), $"{amount} is before {place}");
            }
        }
        Assert.Equal(0, LogHistogram.PlaceOf(-1));
        Assert.Equal(LogHistogram.Places - 1, LogHistogram.PlaceOf(long.MaxValue));
    }

    [Fact]
    public void Sums_count_exactly_below_powers_of_two_and_find_quantiles_to_a_quarter()
    {
        var first = new LogHistogram();
        var second = new LogHistogram();
        for (long amount = 1; amount <= 1000; amount++)
        {
            first.Add(amount, times: 2);
            second.AddShared(amount);
        }
        var sum = new HistogramSum();
        sum.Add(first);
        sum.Add(second);
        Assert.Equal((3000, 3 * 500_500), (sum.Count, sum.Sum));
        for (long border = 1; border <= 1024; border *= 2)
        {
            Assert.Equal(3 * Math.Min(1000, border - 1), sum.Below(border));
        }
        foreach (double share in (double[])[0.01, 0.5, 0.9, 0.99, 1])
        {
            Assert.InRange(sum.Quantile(share), 1000 * share, (1000 * share * 1.25) + 1);
        }
        Assert.Equal(0, new HistogramSum().Quantile(0.99));
    }

    [Fact]
    public void Adding_allocates_nothing()
    {
        var histogram = new LogHistogram();
        histogram.Add(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            histogram.Add(i);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
