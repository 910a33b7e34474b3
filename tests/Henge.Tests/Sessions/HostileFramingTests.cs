using Henge.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Sessions;

/// <summary>
/// RELIABILITY group A: what arrives is broken or extreme; the answer is Redis's and others notice nothing.
/// </summary>
public sealed class HostileFramingTests
{
    [Theory]
    [InlineData("*3000000000\r\n", "invalid multibulk length")]
    [InlineData("*99999999999999999999\r\n", "invalid multibulk length")]
    [InlineData("*1048577\r\n", "invalid multibulk length")]
    [InlineData("*A\r\n", "invalid multibulk length")]
    [InlineData("*01\r\n", "invalid multibulk length")]
    [InlineData("* 1\r\n", "invalid multibulk length")]
    [InlineData("*1\r\n$-10\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$blabla\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$2000000000\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$ 3\r\n", "invalid bulk length")]
    [InlineData("*1\r\nfoo\r\n", "expected '$', got 'f'")]
    [InlineData("*1\r\n$5\r\nPING\r\n\r\n", "expected CRLF after a bulk string")]
    [InlineData("*1\n$4\nPING\n", "invalid multibulk length")]
    [InlineData("%1\r\n", "expected '*', got '%'")]
    [InlineData("_\r\n", "expected '*', got '_'")]
    [InlineData("set \"\"\"a\"\"\" b\r\n", "unbalanced quotes in request")]
    public void A_protocol_error_is_answered_after_what_came_before_and_ends_the_connection(string bytes, string error)
    {
        using var client = new SessionHarness();
        using var other = new SessionHarness(client.Node);

        string replies = client.Receive(Array("PING") + bytes + Array("SET", "k", "v"));

        Assert.Equal($"+PONG\r\n-ERR Protocol error: {error}\r\n", replies);
        Assert.Equal(SessionClosing.AfterReplies, client.Session.Closing);
        Assert.Equal(0, client.Waiting);
        Assert.Equal("", client.Receive(Array("PING")));
        Assert.Equal("$-1\r\n", other.Call("GET", "k"));
    }

    [Fact]
    public void A_line_without_end_is_cut_off()
    {
        using var inline = new SessionHarness();
        using var count = new SessionHarness();

        Assert.Equal("-ERR Protocol error: too big inline request\r\n", inline.Receive(new string('a', 64 * 1024 + 1)));
        Assert.Equal(
            "-ERR Protocol error: too big mbulk count string\r\n", count.Receive("*" + new string('1', 64 * 1024)));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("*0\r\n")]
    [InlineData("*-10\r\n")]
    [InlineData(" \t\r\n")]
    public void What_means_nothing_is_passed_over(string bytes)
    {
        using var client = new SessionHarness();

        Assert.Equal("+PONG\r\n", client.Receive(bytes + Array("PING")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("\xff\xfe\xc3\x28")]
    [InlineData("\r\n$3\r\n*1\r\n")]
    public void Keys_and_values_are_bytes(string bytes)
    {
        using var client = new SessionHarness();

        Assert.Equal("+OK\r\n", client.Call("SET", bytes, bytes));
        Assert.Equal($"${bytes.Length}\r\n{bytes}\r\n", client.Call("GET", bytes));
    }

    [Fact]
    public void A_thousand_commands_and_half_of_the_next_get_a_thousand_replies()
    {
        using var client = new SessionHarness();
        string half = Array("SET", "key", "value");

        string replies = client.Receive(string.Concat(Enumerable.Repeat(Array("PING"), 1000)) + half[..20]);

        Assert.Equal(string.Concat(Enumerable.Repeat("+PONG\r\n", 1000)), replies);
        Assert.Equal("+OK\r\n", client.Receive(half[20..]));
    }

    [Fact]
    public void Unknown_names_are_repeated_shortened_and_cleaned()
    {
        using var client = new SessionHarness();

        Assert.Equal(
            $"-ERR unknown command '{new string('a', 128)}', with args beginning with: \r\n",
            client.Call(new string('a', 1 << 20)));
        string reply = client.Call("a\r\n+OK\r\n", new string('b', 1 << 20), "c");
        Assert.StartsWith("-ERR unknown command 'a", reply, StringComparison.Ordinal);
        Assert.True(reply.Length < 400);
        Assert.Equal(reply.Length - 2, reply.IndexOf("\r\n", StringComparison.Ordinal));
        Assert.Equal("+PONG\r\n", client.Call("PING"));
    }

    [Fact]
    public void A_thousand_random_names_leave_the_connection_usable()
    {
        using var client = new SessionHarness();
        var random = new Random(1);
        for (int i = 0; i < 1000; i++)
        {
            byte[] name = new byte[random.Next(1, 40)];
            random.NextBytes(name);
            name[^1] = (byte)'z';

            string reply = client.Call(System.Text.Encoding.Latin1.GetString(name));

            Assert.StartsWith("-ERR unknown command '", reply, StringComparison.Ordinal);
        }
        Assert.Equal("+PONG\r\n", client.Call("PING"));
    }

    [Fact]
    public void A_value_above_the_limit_is_refused_and_one_far_above_it_never_buffered()
    {
        var options = SmallNode();
        options.MaxValue = 64 * 1024;
        using var client = new SessionHarness(options);

        Assert.Equal(
            "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n",
            client.Call("SET", "k", new string('v', 64 * 1024 + 1)));
        Assert.Equal("+PONG\r\n", client.Call("PING"));
        Assert.Equal(
            "-ERR Protocol error: invalid bulk length\r\n",
            client.Receive("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2000000\r\n"));
        Assert.Equal(0, client.Session.WantedBytes);
        Assert.Equal(1, client.Node.Counters.InputLimitCloses);
    }

    [Fact]
    public void A_key_above_64_KiB_is_an_error_of_the_command()
    {
        using var client = new SessionHarness();
        string key = new('k', 64 * 1024);

        Assert.Equal("+OK\r\n", client.Call("SET", key, "v"));
        Assert.StartsWith("-ERR key exceeds", client.Call("SET", key + "k", "v"), StringComparison.Ordinal);
        Assert.Equal("$-1\r\n", client.Call("GET", key + "k"));
    }

    [Fact]
    public void A_large_value_in_small_pieces_is_stored()
    {
        using var client = new SessionHarness();
        string value = new('v', 1 << 20);

        Assert.Equal("+OK\r\n", client.ReceiveInPieces(Array("SET", "k", value), 50_000));
        Assert.Equal($"${1 << 20}\r\n{value}\r\n", client.Call("GET", "k"));
    }

    [Fact]
    public void Memory_for_the_words_of_a_half_sent_command_is_charged_and_given_back()
    {
        using var client = new SessionHarness();
        long before = client.Node.Store.GetStatistics().ChargedBytes;

        client.Receive("*100000\r\n" + string.Concat(Enumerable.Repeat("$1\r\na\r\n", 50_000)));
        Assert.True(client.Node.Store.GetStatistics().ChargedBytes >= before + 400_000);
        client.Dispose();

        Assert.Equal(before, client.Node.Store.GetStatistics().ChargedBytes);
    }
}
