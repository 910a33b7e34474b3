using Henge.Commands;
using Henge.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Sessions;

public sealed class SessionTests
{
    [Fact]
    public void Any_size_of_pieces_gives_the_same_replies()
    {
        string input = Array("SET", "k", "a\0\r\n\xff") + "get k\r\n" + Array("GET") + Array("NOPE", "x")
            + "set q \"a\\x41 b\"\r\n\r\n*0\r\n*-10\r\n" + Array("GET", "q") + Array("get", "k")
            + Array("MGET", "k", "q");
        string expected = "+OK\r\n$5\r\na\0\r\n\xff\r\n-ERR wrong number of arguments for 'get' command\r\n"
            + "-ERR unknown command 'NOPE', with args beginning with: 'x' \r\n"
            + "+OK\r\n$4\r\naA b\r\n$5\r\na\0\r\n\xff\r\n*2\r\n$5\r\na\0\r\n\xff\r\n$4\r\naA b\r\n";

        for (int size = 1; size <= input.Length; size++)
        {
            using var client = new SessionHarness();

            Assert.Equal(expected, client.ReceiveInPieces(input, size));
            Assert.Equal(0, client.Waiting);
        }
    }

    [Fact]
    public void Errors_in_a_pipeline_do_not_shift_replies()
    {
        using var client = new SessionHarness();
        client.Call("SET", "n", "1");
        client.Call("HSET", "h", "f", "v");

        for (int batch = 1; batch < 200; batch += 7)
        {
            string one = Array("GET", "n") + Array("GET", "h") + Array("GET") + Array("WHAT") + Array("PING");
            const string replies = "$1\r\n1\r\n-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
                + "-ERR wrong number of arguments for 'get' command\r\n"
                + "-ERR unknown command 'WHAT', with args beginning with: \r\n+PONG\r\n";

            Assert.Equal(
                string.Concat(Enumerable.Repeat(replies, batch)),
                client.Receive(string.Concat(Enumerable.Repeat(one, batch))));
        }
    }

    [Fact]
    public void Subcommands_are_checked_by_their_own_arity()
    {
        using var client = new SessionHarness();

        Assert.Equal(
            "-ERR wrong number of arguments for 'client|setname' command\r\n", client.Call("CLIENT", "SETNAME"));
        Assert.Equal("-ERR unknown subcommand 'nosuch'. Try CLIENT HELP.\r\n", client.Call("CLIENT", "nosuch"));
        Assert.Equal("-ERR wrong number of arguments for 'client' command\r\n", client.Call("CLIENT"));
    }

    [Fact]
    public void Quit_ends_the_conversation_and_nothing_behind_it_runs()
    {
        using var client = new SessionHarness();
        using var other = new SessionHarness(client.Node);

        Assert.Equal("+PONG\r\n+OK\r\n", client.Receive(Array("PING") + Array("QUIT") + Array("SET", "k", "v")));

        Assert.Equal(SessionClosing.AfterReplies, client.Session.Closing);
        Assert.Equal("$-1\r\n", other.Call("GET", "k"));
    }

    [Fact]
    public void Replies_can_be_switched_off_skipped_and_on_again()
    {
        using var client = new SessionHarness();

        string replies = client.Receive(
            Array("PING") + Array("CLIENT", "REPLY", "SKIP") + Array("SET", "a", "1") + Array("GET", "a")
            + Array("CLIENT", "REPLY", "OFF") + Array("SET", "a", "2") + Array("NOSUCH") + Array("GET")
            + Array("CLIENT", "REPLY", "ON") + Array("GET", "a"));

        Assert.Equal("+PONG\r\n$1\r\n1\r\n+OK\r\n$1\r\n2\r\n", replies);
    }

    [Fact]
    public void A_subscribed_client_of_resp2_may_only_do_what_subscribers_do()
    {
        using var client = new SessionHarness();
        client.Call("SUBSCRIBE", "c");

        Assert.Equal(
            "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in "
                + "this context\r\n",
            client.Call("GET", "k"));
        Assert.Equal("*2\r\n$4\r\npong\r\n$0\r\n\r\n", client.Call("PING"));
        client.Call("UNSUBSCRIBE");
        Assert.Equal("$-1\r\n", client.Call("GET", "k"));
    }

    [Fact]
    public void Output_that_waits_stops_execution_and_nothing_is_lost()
    {
        using var client = new SessionHarness();
        string value = new('v', 300_000);
        string reply = $"$300000\r\n{value}\r\n";
        client.Call("SET", "k", value);

        string first = client.Receive(string.Concat(Enumerable.Repeat(Array("GET", "k"), 10)) + Array("PING")[..3]);

        Assert.Equal(string.Concat(Enumerable.Repeat(reply, 4)), first);
        Assert.True(client.Session.IsOutputBlocked);
        Assert.Equal(0, client.Session.IncompleteSinceMs);
        Assert.Equal(string.Concat(Enumerable.Repeat(reply, 4)), client.Receive(""));
        Assert.Equal(reply + reply, client.Receive(""));
        Assert.False(client.Session.IsOutputBlocked);
        Assert.Equal("+PONG\r\n", client.Receive(Array("PING")[3..]));
    }

    [Fact]
    public void A_client_that_does_not_read_gets_one_reply_at_a_time()
    {
        var connection = new RecordingConnection { PendingOutputBytes = 2 << 20 };
        using var client = new SessionHarness(connection: connection);

        Assert.Equal("+PONG\r\n", client.Receive(Array("PING") + Array("PING")));

        connection.PendingOutputBytes = 0;
        Assert.Equal("+PONG\r\n", client.Receive(""));
    }

    [Fact]
    public void Paused_commands_wait_in_their_place()
    {
        using var client = new SessionHarness();
        using var admin = new SessionHarness(client.Node);
        client.Node.Pause.Until(client.NowMs + 1000, writesOnly: true);

        Assert.Equal("$-1\r\n", client.Receive(Array("GET", "k") + Array("SET", "k", "v") + Array("GET", "k")));
        Assert.True(client.Session.IsPaused);
        Assert.Equal("", client.Receive(""));

        client.NowMs += 1000;
        Assert.Equal("+OK\r\n$1\r\nv\r\n", client.Receive(""));
        Assert.False(client.Session.IsPaused);
    }

    [Fact]
    public void A_command_is_incomplete_from_its_first_byte_to_its_last()
    {
        using var client = new SessionHarness();
        long start = client.NowMs;

        client.Receive(Array("PING") + "*2\r\n");
        Assert.Equal(start, client.Session.IncompleteSinceMs);
        Assert.Equal(4, client.Session.UnconsumedBytes);
        client.NowMs += 500;
        client.Receive("$3\r\nGET\r\n");
        Assert.Equal(start, client.Session.IncompleteSinceMs);
        client.Receive("$1\r\nk\r\n*");
        Assert.Equal(start + 500, client.Session.IncompleteSinceMs);
        client.Receive("1\r\n$4\r\nPING\r\n");
        Assert.Equal(0, client.Session.IncompleteSinceMs);
    }

    [Fact]
    public void Commands_are_counted_with_their_refusals_and_failures()
    {
        using var client = new SessionHarness();
        client.Receive(string.Concat(Enumerable.Repeat(Array("GET", "k"), 130)));
        client.Call("HSET", "h", "f", "v");
        client.Receive(Array("GET", "h") + Array("GET") + Array("GET", "k"));

        CommandCounters get = client.Node.Commands.Find("get"u8)!.Counters;

        Assert.Equal(132, get.Calls);
        Assert.Equal(1, get.Failed);
        Assert.Equal(1, get.Rejected);
        Assert.True(get.Nanoseconds > 0);
        Assert.Equal(134, client.Node.Counters.CommandsProcessed);
        Assert.Equal("get", client.Session.LastCommand!.Name.ToLowerInvariant());
    }

    [Fact]
    public void A_slow_log_of_everything_has_every_command()
    {
        HengeOptions options = SmallNode();
        options.SlowLogMicroseconds = 0;
        using var client = new SessionHarness(options);

        client.Receive(string.Concat(Enumerable.Repeat(Array("GET", "k"), 100)));

        Assert.Equal(100, client.Node.SlowLog.Count);
    }
}
