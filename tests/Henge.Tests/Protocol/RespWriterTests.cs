using System.Globalization;
using System.Text;

using Henge.Protocol;

using Xunit;

namespace Henge.Tests.Protocol;

public sealed class RespWriterTests
{
    private readonly RespWriter _writer = new();

    private string Text => Encoding.Latin1.GetString(_writer.Written);

    [Fact]
    public void Numbers_of_every_length_are_written_in_full()
    {
        var expected = new StringBuilder();
        long[] large = [-1, -12, 1023, 1024, 1025, 9999, 10_000, int.MaxValue, long.MaxValue, long.MinValue];

        foreach (long number in Enumerable.Range(0, 1100).Select(static n => (long)n).Concat(large))
        {
            _writer.Integer(number);
            expected.Append(CultureInfo.InvariantCulture, $":{number}\r\n");
        }

        Assert.Equal(expected.ToString(), Text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(100_000)]
    public void Bulk_strings_carry_their_length(int length)
    {
        string value = new('v', length);

        _writer.Bulk(Encoding.ASCII.GetBytes(value));

        Assert.Equal($"${length}\r\n{value}\r\n", Text);
    }

    [Fact]
    public void Types_of_resp3_fall_back_under_resp2()
    {
        WriteOneOfEach();

        Assert.Equal("$-1\r\n*-1\r\n*4\r\n*2\r\n*3\r\n:1\r\n:0\r\n$3\r\n1.5\r\n$1\r\na\r\n", Text);
    }

    [Fact]
    public void Types_of_resp3_are_written_under_resp3()
    {
        _writer.Version = RespVersion.Resp3;

        WriteOneOfEach();

        Assert.Equal("_\r\n_\r\n%2\r\n~2\r\n>3\r\n#t\r\n#f\r\n,1.5\r\n=5\r\ntxt:a\r\n", Text);
    }

    [Fact]
    public void Line_breaks_cannot_leave_a_line()
    {
        _writer.Error("ERR a\r\n+OK\r\n");
        _writer.SimpleString("b\nc"u8);

        Assert.Equal("-ERR a  +OK  \r\n+b c\r\n", Text);
    }

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(-0.0, "-0")]
    [InlineData(3.0, "3")]
    [InlineData(-17.0, "-17")]
    [InlineData(0.1, "0.1")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(3.141592653589793, "3.141592653589793")]
    [InlineData(1e-5, "0.00001")]
    [InlineData(1.5e-7, "1.5e-7")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(123456.789, "123456.789")]
    [InlineData(double.PositiveInfinity, "inf")]
    [InlineData(double.NegativeInfinity, "-inf")]
    [InlineData(double.NaN, "nan")]
    public void Doubles_are_written_as_redis_writes_them(double value, string expected)
    {
        _writer.Version = RespVersion.Resp3;

        _writer.Double(value);

        Assert.Equal($",{expected}\r\n", Text);
    }

    [Fact]
    public void Any_double_reads_back_as_itself()
    {
        var random = new Random(7);
        Span<byte> text = stackalloc byte[DoubleText.MaxBytes];
        for (int i = 0; i < 100_000; i++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsFinite(value))
            {
                int length = DoubleText.Write(text, value);

                Assert.Equal(value, double.Parse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture));
            }
        }
    }

    [Fact]
    public void A_large_reply_does_not_keep_its_buffer()
    {
        _writer.Bulk(new byte[RespWriter.DroppedBytes]);
        _writer.Clear();
        Assert.Equal(0, _writer.Capacity);

        _writer.Bulk(new byte[RespWriter.KeptBytes * 2]);
        _writer.Clear();
        Assert.NotEqual(0, _writer.Capacity);
        for (int i = 0; i < RespWriter.SmallUsesBeforeShrink; i++)
        {
            _writer.Ok();
            _writer.Clear();
        }
        Assert.Equal(0, _writer.Capacity);
    }

    [Fact]
    public void Replies_over_their_limit_are_thrown_away_and_those_before_are_not()
    {
        _writer.Ok();
        _writer.Limit(100_000);
        _writer.Bulk(new byte[50_000]);
        Assert.False(_writer.IsOverLimit);

        for (int i = 0; i < 1000; i++)
        {
            _writer.Bulk(new byte[50_000]);
        }

        Assert.True(_writer.IsOverLimit);
        Assert.True(_writer.Capacity < 1_000_000);
        _writer.Truncate(5);
        Assert.Equal("+OK\r\n", Text);
        _writer.Clear();
        _writer.Bulk(new byte[200_000]);
        Assert.False(_writer.IsOverLimit);
    }

    [Fact]
    public void A_limit_holds_where_the_buffer_has_more_room()
    {
        _writer.Bulk(new byte[10_000]);
        _writer.Clear();
        _writer.Limit(100);
        _writer.Bulk(new byte[50]);
        Assert.False(_writer.IsOverLimit);
        _writer.Bulk(new byte[50]);
        Assert.True(_writer.IsOverLimit);
    }

    private void WriteOneOfEach()
    {
        _writer.Null();
        _writer.NullArray();
        _writer.Map(2);
        _writer.Set(2);
        _writer.Push(3);
        _writer.Boolean(true);
        _writer.Boolean(false);
        _writer.Double(1.5);
        _writer.Verbatim("a"u8);
    }
}
