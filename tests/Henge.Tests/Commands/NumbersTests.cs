using System.Text;

using Henge.Commands;

using Xunit;

namespace Henge.Tests.Commands;

public sealed class NumbersTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("-1", -1)]
    [InlineData("42", 42)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Canonical_integers_are_read(string word, long expected)
    {
        Assert.True(Numbers.TryParse(Encoding.ASCII.GetBytes(word), out long value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData("-0")]
    [InlineData("00")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("99999999999999999999999")]
    public void Anything_else_is_not(string word) =>
        Assert.False(Numbers.TryParse(Encoding.ASCII.GetBytes(word), out _));
}
