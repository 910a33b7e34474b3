using Henge.Cluster.Rings;

using Xunit;

namespace Henge.Tests.Cluster.Rings;

public sealed class FixedLogTests
{
    [Theory]
    [InlineData(1.0 / 2)]
    [InlineData(1.0 / 3)]
    [InlineData(0.999)]
    [InlineData(0.99999)]
    [InlineData(0.7071)]
    [InlineData(1e-12)]
    public void It_is_the_binary_logarithm(double fraction)
    {
        ulong bits = (ulong)(fraction * Math.Pow(2, 64));
        double log = FixedLog.MinusLog2(bits) / Math.Pow(2, FixedLog.FractionBits);
        Assert.Equal(-Math.Log2(fraction), log, 1e-7);
    }

    [Fact]
    public void It_falls_as_the_fraction_grows()
    {
        ulong former = ulong.MaxValue;
        for (ulong fraction = 1; fraction < ulong.MaxValue / 9 * 8; fraction += (fraction >> 10) + 1)
        {
            ulong log = FixedLog.MinusLog2(fraction);
            Assert.True(log <= former, $"at {fraction}");
            former = log;
        }
    }

    [Fact]
    public void Its_ends_are_finite()
    {
        Assert.Equal(64UL << FixedLog.FractionBits, FixedLog.MinusLog2(0));
        Assert.InRange(FixedLog.MinusLog2(ulong.MaxValue), 0UL, 1000UL);
    }
}
