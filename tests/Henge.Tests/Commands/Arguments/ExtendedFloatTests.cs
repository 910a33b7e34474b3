using System.Text;

using Henge.Commands.Arguments;

using Xunit;

namespace Henge.Tests.Commands.Arguments;

public sealed class ExtendedFloatTests
{
    [Theory]
    [InlineData("10.5", "0.1", "10.6")]
    [InlineData("5.0e3", "2.0e2", "5200")]
    [InlineData("3.0", "1.000000000000000005", "4.00000000000000001")]
    [InlineData("3", "1.1", "4.1")]
    [InlineData("0", "1.23", "1.23")]
    [InlineData("-0.1", "0.1", "0")]
    [InlineData("1", "-1.1", "-0.1")]
    [InlineData("1e20", "1", "100000000000000000000")]
    [InlineData("17179869184", "0", "17179869184")]
    [InlineData("1e18", "0.1", "1000000000000000000.125")]
    [InlineData("123456789.123456789", "1e-5", "123456789.12346678900212282")]
    [InlineData("0.1", "0.2", "0.3")]
    [InlineData(".5", "5.", "5.5")]
    [InlineData("1e-20", "0", "0")]
    [InlineData("+2", "0", "2")]
    public void Sums_print_as_in_redis(string a, string b, string sum) =>
        Assert.Equal(sum, ExtendedFloat.Add(Parse(a), Parse(b)).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("1.2.3")]
    [InlineData("nan")]
    [InlineData("1e5000")]
    [InlineData("1e-6000")]
    [InlineData("1e99999999999999")]
    public void What_is_no_number_is_refused(string word) =>
        Assert.False(ExtendedFloat.TryParse(Encoding.ASCII.GetBytes(word), out _));

    [Fact]
    public void The_largest_numbers_overflow_to_infinity()
    {
        ExtendedFloat largest = Parse("1.18973149535723176502e4932");
        Assert.False(largest.IsInfinite);
        Assert.True(ExtendedFloat.Add(in largest, in largest).IsInfinite);
        Assert.True(Parse("-inf").IsInfinite);
    }

    private static ExtendedFloat Parse(string word)
    {
        Assert.True(ExtendedFloat.TryParse(Encoding.ASCII.GetBytes(word), out ExtendedFloat value));
        return value;
    }
}
