using Henge.Tests.Live;

using Xunit;

namespace Henge.Tests.Hostile;

/// <summary>RELIABILITY group A against a live node: broken framing is answered, closed, and harms nobody.</summary>
[Collection(LiveCollection.Name)]
public sealed class FramingTests(HostileNode target) : IClassFixture<HostileNode>
{
    [Theory]
    [InlineData("*3000000000\r\n", "invalid multibulk length")]
    [InlineData("*99999999999999999999\r\n", "invalid multibulk length")]
    [InlineData("*1048577\r\n", "invalid multibulk length")]
    [InlineData("*A\r\n", "invalid multibulk length")]
    [InlineData("*1A\r\n", "invalid multibulk length")]
    [InlineData("*+1\r\n", "invalid multibulk length")]
    [InlineData("*01\r\n", "invalid multibulk length")]
    [InlineData("* 1\r\n", "invalid multibulk length")]
    [InlineData("*1\r\n$-10\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$blabla\r\n", "invalid bulk length")]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2000000000\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$%\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$ 3\r\n", "invalid bulk length")]
    [InlineData("*1\r\n:4\r\nPING\r\n", "expected '$'")]
    [InlineData("*1\r\n$4\r\nPINGxx", "")]
    [InlineData("*1\n$4\nPING\n", "")]
    [InlineData("%1\r\n$4\r\nPING\r\n$1\r\nx\r\n", "")]
    [InlineData("~1\r\n$4\r\nPING\r\n", "")]
    [InlineData("_\r\n", "")]
    [InlineData(",1.5\r\n", "")]
    [InlineData("SET k \"unbalanced\r\n", "unbalanced quotes in request")]
    public async Task Broken_framing_is_a_protocol_error_and_the_end(string bytes, string says)
    {
        using RawClient client = await target.Node.ConnectAsync();
        await client.SendAsync(bytes);
        string reply = await client.RestAsync();
        Assert.StartsWith("-ERR Protocol error: ", reply);
        Assert.Contains(says, reply);
        Assert.Equal(1, reply.AsSpan().Count('\n'));
        await target.UnharmedAsync();
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("*0\r\n")]
    [InlineData("*-10\r\n")]
    [InlineData("\r\n\r\n*0\r\n\r\n")]
    public async Task Nothing_at_all_has_no_reply(string bytes)
    {
        using RawClient client = await target.Node.ConnectAsync();
        await client.SendAsync(bytes + "*1\r\n$4\r\nPING\r\n");
        Assert.Equal("+PONG", await client.ReplyAsync());
    }

    [Theory]
    [InlineData("PING\r\n", "+PONG")]
    [InlineData("PING\n", "+PONG")]
    [InlineData("  ping   hello \r\n", "$hello")]
    [InlineData("ECHO \"a\\x41\\n\"\r\n", "$aA\n")]
    public async Task Typed_lines_are_commands(string line, string reply)
    {
        using RawClient client = await target.Node.ConnectAsync();
        await client.SendAsync(line);
        Assert.Equal(reply, await client.ReplyAsync());
    }

    [Theory]
    [InlineData("A")]
    [InlineData("*1")]
    [InlineData("*1\r\n$1")]
    public async Task A_line_without_end_is_given_up_at_64_KB(string start)
    {
        using RawClient client = await target.Node.ConnectAsync();
        await client.SendAsync(start);
        await client.SendAsync(new string('1', (64 << 10) + 16));
        Assert.StartsWith("-ERR Protocol error: ", await client.RestAsync());
        await target.UnharmedAsync();
    }

    [Fact]
    public async Task A_command_may_come_one_byte_at_a_time()
    {
        using RawClient client = await target.Node.ConnectAsync();
        foreach (byte b in RawClient.Encode("SET", "bytewise", "\0\r\n\xff"))
        {
            await client.SendAsync(new[] { b });
        }
        Assert.Equal("+OK", await client.ReplyAsync());
        Assert.Equal("$\0\r\n\xff", await client.CallAsync("GET", "bytewise"));
    }

    [Fact]
    public async Task A_thousand_and_a_half_commands_in_one_packet_have_a_thousand_replies_at_once()
    {
        using RawClient client = await target.Node.ConnectAsync();
        byte[] one = RawClient.Encode("ECHO", "x");
        byte[] all = [.. Enumerable.Repeat(one, 1000).SelectMany(b => b), .. one.AsSpan(0, 9)];
        await client.SendAsync(all);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal("$x", await client.ReplyAsync());
        }
        await client.SendAsync(one.AsMemory(9));
        Assert.Equal("$x", await client.ReplyAsync());
    }

    [Fact]
    public async Task Names_of_no_command_are_errors_with_a_clean_and_short_text()
    {
        using RawClient client = await target.Node.ConnectAsync();
        string reply = await client.CallAsync(new string('N', 1 << 20), "\x01\r\n\xff");
        Assert.StartsWith("-ERR unknown command 'NNN", reply);
        Assert.True(reply.Length < 512, $"{reply.Length} characters");
        Assert.DoesNotContain('\x01', reply);
        Random random = new(7);
        for (int i = 0; i < 1000; i++)
        {
            string name = string.Concat(Enumerable.Range(0, 12).Select(_ => (char)random.Next(1, 256)));
            Assert.StartsWith("-ERR", await client.CallAsync(name + "\x01"));
        }
        Assert.Equal("+PONG", await client.CallAsync("PING"));
    }

    [Fact]
    public async Task A_refused_hello_changes_nothing()
    {
        using RawClient client = await target.Node.ConnectAsync();
        Assert.StartsWith("-NOPROTO", await client.CallAsync("HELLO", "4"));
        Assert.StartsWith("-ERR Protocol version is not an integer", await client.CallAsync("HELLO", "abc"));
        Assert.StartsWith("-WRONGPASS", await client.CallAsync("HELLO", "3", "AUTH", "nobody", "guess"));
        Assert.Equal("nil", await client.CallAsync("GET", "never set"));
        await client.SendAsync(RawClient.Encode("GET", "never set"));
        await client.SendAsync(RawClient.Encode("QUIT"));
        Assert.Equal("$-1\r\n+OK\r\n", await client.RestAsync());
    }
}
