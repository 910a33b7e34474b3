using FsCheck;
using FsCheck.Fluent;

using Henge.Values;

using Xunit;

namespace Henge.Tests.Values;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("100", 100)]
    [InlineData("100b", 100)]
    [InlineData("1k", 1024)]
    [InlineData("1kb", 1024)]
    [InlineData("1KiB", 1024)]
    [InlineData("512mb", 512L << 20)]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("2gb", 2L << 30)]
    [InlineData("1.5g", 3L << 29)]
    [InlineData("2 GB", 2L << 30)]
    [InlineData("3t", 3L << 40)]
    public void A_size_is_read(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out long read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("mb")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("1mbb")]
    [InlineData("1bb")]
    [InlineData("1x")]
    [InlineData("1.2.3mb")]
    [InlineData("9999999999999999999")]
    [InlineData("99999999t")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Fact]
    public void Whole_numbers_are_read_back() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonNegativeInt>(),
        number => ByteSize.TryParse(number.Get + "k", out long bytes) && bytes == number.Get * 1024L)
        .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(64L << 20, "64 MiB")]
    [InlineData(long.MaxValue, "8192 PiB")]
    public void A_size_is_shown(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));
}
