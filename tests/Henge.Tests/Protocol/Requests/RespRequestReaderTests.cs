using System.Text;

using Henge.Protocol.Requests;

using Xunit;

namespace Henge.Tests.Protocol.Requests;

/// <summary>The framing of requests; the cases of RELIABILITY group A and their neighbours.</summary>
public sealed class RespRequestReaderTests
{
    [Theory]
    [InlineData("*1\r\n$4\r\nPING\r\n", "[PING]")]
    [InlineData("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$4\r\nPING\r\n", "[GET|k][PING]")]
    [InlineData("*3\r\n$3\r\nset\r\n$0\r\n\r\n$0\r\n\r\n", "[set||]")]
    [InlineData("*2\r\n$3\r\nGET\r\n$4\r\n\0\r\n\xff\r\n", "[GET|\0\r\n\xff]")]
    [InlineData("\r\n*0\r\n*-10\r\n\n  \r\nPING\r\n", "[PING]")]
    [InlineData("*-9223372036854775807\r\n*1\r\n$1\r\na\r\n", "[a]")]
    [InlineData("PING\n", "[PING]")]
    [InlineData("  set  a \"b c\" \r\n", "[set|a|b c]")]
    [InlineData("get a\rb\r\n", "[get|a|b]")]
    public void Well_formed_requests_are_read(string input, string expected)
    {
        Assert.Equal(expected, RequestLog.Of(input));
    }

    [Theory]
    [InlineData("*3000000000\r\n", "invalid multibulk length")]
    [InlineData("*1048577\r\n", "invalid multibulk length")]
    [InlineData("*99999999999999999999\r\n", "invalid multibulk length")]
    [InlineData("*A", "invalid multibulk length")]
    [InlineData("*1A\r\n", "invalid multibulk length")]
    [InlineData("*+1\r\n", "invalid multibulk length")]
    [InlineData("*01\r\n", "invalid multibulk length")]
    [InlineData("*00\r\n", "invalid multibulk length")]
    [InlineData("* 1\r\n", "invalid multibulk length")]
    [InlineData("*1 \r\n", "invalid multibulk length")]
    [InlineData("*\r\n", "invalid multibulk length")]
    [InlineData("*-\r\n", "invalid multibulk length")]
    [InlineData("*-0\r\n", "invalid multibulk length")]
    [InlineData("*-01\r\n", "invalid multibulk length")]
    [InlineData("*1\n$4\nPING\n", "invalid multibulk length")]
    [InlineData("*1\r$4\r", "invalid multibulk length")]
    [InlineData("*1\r\n$-1\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$-10\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$blabla\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$2000000000\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$99999999999999999999\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$%\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$ 3\r\nabc\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$03\r\nabc\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$+3\r\nabc\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$3\nabc\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$3\rabc\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$12\rabcdefghijkl\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$123\rabcdefghijkl\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$4\r\nabcde\r\n", "expected CRLF after a bulk string")]
    [InlineData("*1\r\n$5\r\nabcd\r\n\r\n", "expected CRLF after a bulk string")]
    [InlineData("*1\r\n$4\r\nPING\n\n", "expected CRLF after a bulk string")]
    [InlineData("*2\r\n$3\r\nGET\r\n$1\r\nkk\r\n", "expected CRLF after a bulk string")]
    [InlineData("*1\r\nfoo\r\n", "expected '$', got 'f'")]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\nx\r\nfooz\r\n", "expected '$', got 'f'")]
    [InlineData("*1\r\n\0", "expected '$', got '\\x00'")]
    [InlineData("%1\r\n", "expected '*', got '%'")]
    [InlineData("~1\r\n", "expected '*', got '~'")]
    [InlineData("|1\r\n", "expected '*', got '|'")]
    [InlineData("_\r\n", "expected '*', got '_'")]
    [InlineData(",1\r\n", "expected '*', got ','")]
    [InlineData("$4\r\nPING\r\n", "expected '*', got '$'")]
    [InlineData("\0", "expected '*', got '\\x00'")]
    [InlineData("set \"a\r\n", "unbalanced quotes in request")]
    [InlineData("set \"a\"b\r\n", "unbalanced quotes in request")]
    [InlineData("set '\"\"test\r\n", "unbalanced quotes in request")]
    public void Malformed_requests_are_refused_after_those_before_them(string input, string error)
    {
        Assert.Equal("ERR Protocol error: " + error, RequestLog.Of(input));
        Assert.Equal("[PING]ERR Protocol error: " + error, RequestLog.Of("*1\r\n$4\r\nPING\r\n" + input));
        Assert.Equal("ERR Protocol error: " + error, RequestLog.Of(Encoding.Latin1.GetBytes(input), Range(input)));
    }

    [Fact]
    public void A_count_without_end_is_refused_before_it_can_hold_memory()
    {
        string digits = new('1', 64 * 1024);

        Assert.Equal("ERR Protocol error: too big mbulk count string", RequestLog.Of("*" + digits));
        Assert.Equal("ERR Protocol error: too big bulk count string", RequestLog.Of("*1\r\n$" + digits));
    }

    [Fact]
    public void An_inline_line_may_have_64_KiB_and_not_one_byte_more()
    {
        string longest = new('a', 64 * 1024);

        Assert.Equal($"[{longest}]", RequestLog.Of(longest + "\n"));
        Assert.Equal("", RequestLog.Of(longest));
        Assert.Equal("ERR Protocol error: too big inline request", RequestLog.Of(longest + "a"));
        Assert.Equal("ERR Protocol error: too big inline request", RequestLog.Of(longest + "a\n"));
    }

    [Fact]
    public void Before_authentication_less_is_taken()
    {
        string ten = "*10\r\n" + string.Concat(Enumerable.Repeat("$1\r\na\r\n", 10));

        Assert.Equal("[a|a|a|a|a|a|a|a|a|a]", RequestLog.Of(ten, RespLimits.Unauthenticated));
        Assert.Equal(
            "ERR Protocol error: unauthenticated multibulk length",
            RequestLog.Of("*11\r\n", RespLimits.Unauthenticated));
        Assert.Equal(
            "ERR Protocol error: unauthenticated bulk length",
            RequestLog.Of("*1\r\n$16385\r\n", RespLimits.Unauthenticated));
        Assert.Equal("", RequestLog.Of("*1\r\n$16384\r\n", RespLimits.Unauthenticated));
    }

    [Fact]
    public void A_request_is_bounded_as_a_whole_by_what_it_declares()
    {
        var limits = new RespLimits { MaxRequestBytes = 1000 };
        string begun = "*3\r\n$3\r\nSET\r\n$400\r\n" + new string('k', 400) + "\r\n";

        Assert.Equal("", RequestLog.Of(begun + "$500\r\n", limits));
        Assert.Equal("ERR Protocol error: too big request", RequestLog.Of(begun + "$600\r\n", limits));
        Assert.Equal(
            "ERR Protocol error: too big request",
            RequestLog.Of(begun + "$600\r\n" + new string('v', 600) + "\r\n", limits));
    }

    [Fact]
    public void A_large_value_is_looked_at_once_when_all_of_it_is_there()
    {
        var log = new RequestLog();
        byte[] header = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\n"u8.ToArray();

        log.Receive(header);

        Assert.Equal(header.Length + 1_000_000 + 2, log.Reader.WantedBytes);
        Assert.Equal(0, log.Reader.HeldBytes);
        log.Receive(new byte[1_000_000]);
        Assert.Equal("", log.ToString());
        log.Receive("\r\n"u8);
        Assert.Equal(0, log.Reader.WantedBytes);
        Assert.Equal(0, log.Waiting);
        Assert.StartsWith("[SET|k|", log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Words_of_a_long_command_are_remembered_while_it_arrives_and_forgotten_after_it()
    {
        var log = new RequestLog();
        const int words = 20_000;
        byte[] word = "$3\r\nabc\r\n"u8.ToArray();

        log.Receive("*20000\r\n"u8);
        for (int i = 0; i < words / 1000; i++)
        {
            byte[] piece = [.. Enumerable.Repeat(word, 1000).SelectMany(static w => w)];
            log.Receive(piece.AsSpan(0, 5));
            log.Receive(piece.AsSpan(5));
            Assert.True(i == words / 1000 - 1 || log.Reader.HeldBytes >= 8000 * (i + 1));
        }

        Assert.Equal(0, log.Reader.HeldBytes);
        Assert.Equal("[" + string.Join('|', Enumerable.Repeat("abc", words)) + "]", log.ToString());
    }

    [Fact]
    public void A_declared_count_reserves_nothing()
    {
        var log = new RequestLog();

        log.Receive("*1048576\r\n$3\r\nDEL\r\n$1"u8);

        Assert.Equal(0, log.Reader.HeldBytes);
        Assert.NotEqual(0, log.Reader.WantedBytes);
    }

    private static IEnumerable<int> Range(string input) => Enumerable.Range(1, input.Length - 1);
}
