using System.Text;

using Henge.Protocol.Replies;

using Xunit;

namespace Henge.Tests.Protocol.Replies;

public sealed class RespReplyReaderTests
{
    [Theory]
    [InlineData("+OK\r\n", "+OK")]
    [InlineData("-ERR x\r\n", "-ERR x")]
    [InlineData(":-5\r\n", ":-5")]
    [InlineData("$2\r\na\n\r\n", "$a\n")]
    [InlineData("$-1\r\n", "_")]
    [InlineData("*-1\r\n", "_")]
    [InlineData("_\r\n", "_")]
    [InlineData("#t\r\n", "#true")]
    [InlineData(",1.5\r\n", ",1.5")]
    [InlineData(",-inf\r\n", ",-Infinity")]
    [InlineData("(123456789012345678901234567890\r\n", "(123456789012345678901234567890")]
    [InlineData("=7\r\ntxt:abc\r\n", "=abc")]
    [InlineData("!5\r\nERR x\r\n", "!ERR x")]
    [InlineData("*0\r\n", "*[]")]
    [InlineData("*2\r\n*1\r\n:1\r\n%1\r\n+a\r\n~1\r\n:2\r\n", "*[*[:1], %[+a, ~[:2]]]")]
    [InlineData(">2\r\n+a\r\n+b\r\n", ">[+a, +b]")]
    [InlineData("|1\r\n+a\r\n+b\r\n*2\r\n:1\r\n|0\r\n:2\r\n", "*[:1, :2]")]
    public void Every_type_is_read_whole_and_byte_by_byte(string input, string expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(input);
        Assert.Equal(ReplyStatus.Complete, new RespReplyReader().Read(bytes, out int consumed, out RespValue? value));
        Assert.Equal(expected, value!.ToString());
        Assert.Equal(bytes.Length, consumed);

        var reader = new RespReplyReader();
        byte[] waiting = [];
        for (int i = 0; i < bytes.Length; i++)
        {
            waiting = [.. waiting, bytes[i]];
            ReplyStatus status = reader.Read(waiting, out consumed, out value);
            waiting = waiting[consumed..];
            Assert.Equal(i + 1 < bytes.Length ? ReplyStatus.NeedMore : ReplyStatus.Complete, status);
        }
        Assert.Equal(expected, value!.ToString());
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("x\r\n")]
    [InlineData(":a\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$999999999999\r\n")]
    [InlineData("$1\r\nabc")]
    [InlineData("*99999999999\r\n")]
    [InlineData("$?\r\n")]
    [InlineData("#x\r\n")]
    [InlineData(",a\r\n")]
    [InlineData("=2\r\nab\r\n")]
    public void What_no_server_sends_is_refused(string input)
    {
        Assert.Equal(ReplyStatus.Invalid, new RespReplyReader().Read(Encoding.Latin1.GetBytes(input), out _, out _));
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        byte[] deep = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("*1\r\n", RespReplyReader.MaxDepth + 1)));

        Assert.Equal(ReplyStatus.Invalid, new RespReplyReader().Read(deep, out _, out _));
    }
}
