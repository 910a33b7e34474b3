using Henge.Tests.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Commands.Connection;

public sealed class ConnectionCommandsTests
{
    [Fact]
    public void Ping_and_echo_answer_what_was_said()
    {
        using var client = new SessionHarness();

        Assert.Equal("+PONG\r\n", client.Call("PING"));
        Assert.Equal("$2\r\nhi\r\n", client.Call("PING", "hi"));
        Assert.Equal("-ERR wrong number of arguments for 'ping' command\r\n", client.Call("PING", "a", "b"));
        Assert.Equal("$1\r\nx\r\n", client.Call("ECHO", "x"));
        Assert.Equal("-ERR wrong number of arguments for 'echo' command\r\n", client.Call("ECHO"));
    }

    [Fact]
    public void Quit_answers_and_nothing_after_it_runs()
    {
        using var client = new SessionHarness();

        Assert.Equal("+OK\r\n", client.Receive(Array("QUIT") + Array("PING")));
        Assert.Equal(Henge.Sessions.SessionClosing.AfterReplies, client.Session.Closing);
    }

    [Fact]
    public void Select_takes_the_one_database_and_those_configured()
    {
        using var cluster = new SessionHarness();
        Assert.Equal("+OK\r\n", cluster.Call("SELECT", "0"));
        Assert.Equal("-ERR SELECT is not allowed in cluster mode\r\n", cluster.Call("SELECT", "1"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", cluster.Call("SELECT", "x"));

        HengeOptions options = SmallNode();
        options.RedisMode = RedisMode.Standalone;
        options.Databases = 4;
        using var standalone = new SessionHarness(options);
        Assert.Equal("+OK\r\n", standalone.Call("SELECT", "3"));
        Assert.Equal("-ERR DB index is out of range\r\n", standalone.Call("SELECT", "4"));
        Assert.Equal("-ERR DB index is out of range\r\n", standalone.Call("SELECT", "-1"));
    }

    [Fact]
    public void Reset_makes_the_connection_as_new()
    {
        using var client = new SessionHarness();
        client.Call("HELLO", "3", "SETNAME", "n");
        client.Call("SUBSCRIBE", "c");
        client.Call("WATCH", "k");
        client.Call("MULTI");
        client.Call("GET", "k");

        Assert.Equal("+RESET\r\n", client.Call("RESET"));
        Assert.Equal("$-1\r\n", client.Call("CLIENT", "GETNAME"));
        Assert.Equal("-ERR EXEC without MULTI\r\n", client.Call("EXEC"));
        Assert.Equal(0, client.Session.Subscriber!.Count);
        Assert.Equal(0, client.Node.PubSub.ChargedBytes);
    }

    [Fact]
    public void Client_reply_silences_what_it_should()
    {
        using var client = new SessionHarness();

        Assert.Equal("", client.Receive(Array("CLIENT", "REPLY", "OFF") + Array("PING") + Array("GET")));
        Assert.Equal("+OK\r\n+PONG\r\n", client.Receive(Array("CLIENT", "REPLY", "ON") + Array("PING")));
        Assert.Equal(
            "+PONG\r\n",
            client.Receive(Array("CLIENT", "REPLY", "SKIP") + Array("PING", "lost") + Array("PING")));
        Assert.Equal("-ERR syntax error\r\n", client.Call("CLIENT", "REPLY", "MAYBE"));
    }

    [Fact]
    public void An_unknown_client_subcommand_is_an_error_and_no_more()
    {
        using var client = new SessionHarness();

        Assert.Equal(
            "-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.\r\n+PONG\r\n",
            client.Receive(Array("CLIENT", "MAINT_NOTIFICATIONS", "ON") + Array("PING")));
        Assert.Equal("-ERR wrong number of arguments for 'client' command\r\n", client.Call("CLIENT"));
        Assert.Equal(
            "-ERR wrong number of arguments for 'client|getname' command\r\n",
            client.Call("CLIENT", "GETNAME", "x"));
    }

    [Fact]
    public void Names_and_library_are_kept_and_checked()
    {
        using var client = new SessionHarness();

        Assert.Equal("+OK\r\n", client.Call("CLIENT", "SETNAME", "worker-1"));
        Assert.Equal("$8\r\nworker-1\r\n", client.Call("CLIENT", "GETNAME"));
        Assert.Equal("+OK\r\n", client.Call("CLIENT", "SETINFO", "LIB-NAME", "lib"));
        Assert.Equal("+OK\r\n", client.Call("CLIENT", "SETINFO", "lib-ver", "1.2"));
        Assert.Equal(
            "-ERR Client names cannot contain spaces, newlines or special characters.\r\n",
            client.Call("CLIENT", "SETNAME", "a b"));
        Assert.Equal(
            "-ERR lib-name cannot contain spaces, newlines or special characters.\r\n",
            client.Call("CLIENT", "SETINFO", "LIB-NAME", "a\nb"));
        Assert.Equal("-ERR Unrecognized option 'FOO'\r\n", client.Call("CLIENT", "SETINFO", "FOO", "x"));
        string line = client.Call("CLIENT", "INFO");
        Assert.Contains(" name=worker-1 ", line, StringComparison.Ordinal);
        Assert.Contains(" lib-name=lib lib-ver=1.2\n", line, StringComparison.Ordinal);
        Assert.Contains(" cmd=client|info ", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Client_list_shows_who_is_asked_for()
    {
        using var first = new SessionHarness();
        using var second = new SessionHarness(first.Node);
        second.Call("SUBSCRIBE", "c");

        Assert.Equal(2, Lines(first.Call("CLIENT", "LIST")));
        Assert.Contains("flags=P", first.Call("CLIENT", "LIST", "TYPE", "pubsub"), StringComparison.Ordinal);
        Assert.Equal(1, Lines(first.Call("CLIENT", "LIST", "TYPE", "normal")));
        Assert.Equal(0, Lines(first.Call("CLIENT", "LIST", "TYPE", "replica")));
        Assert.Equal(1, Lines(first.Call("CLIENT", "LIST", "ID", "2", "99")));
        Assert.Equal("-ERR Invalid client ID\r\n", first.Call("CLIENT", "LIST", "ID", "x"));
        Assert.Equal("-ERR Unknown client type 'odd'\r\n", first.Call("CLIENT", "LIST", "TYPE", "odd"));
        Assert.Equal("-ERR syntax error\r\n", first.Call("CLIENT", "LIST", "FOO"));
    }

    [Fact]
    public void Client_kill_closes_those_that_match()
    {
        using var first = new SessionHarness();
        using var second = new SessionHarness(first.Node);

        Assert.Equal("-ERR No such client\r\n", first.Call("CLIENT", "KILL", "1.2.3.4:5"));
        Assert.Equal(":0\r\n", first.Call("CLIENT", "KILL", "ID", "1"));
        Assert.Equal(":1\r\n", first.Call("CLIENT", "KILL", "ID", "2"));
        Assert.True(second.Connection.IsClosed);
        Assert.False(first.Connection.IsClosed);
        Assert.Equal(":1\r\n", first.Call("CLIENT", "KILL", "ID", "1", "SKIPME", "no"));
        Assert.Equal(Henge.Sessions.SessionClosing.AfterReplies, first.Session.Closing);
    }

    [Theory]
    [InlineData("-ERR syntax error\r\n", "ID")]
    [InlineData("-ERR client-id should be greater than 0\r\n", "ID", "0")]
    [InlineData("-ERR Unknown client type 'x'\r\n", "TYPE", "x")]
    [InlineData("-ERR No such user 'bob'\r\n", "USER", "bob")]
    [InlineData("-ERR syntax error\r\n", "SKIPME", "maybe")]
    [InlineData("-ERR syntax error\r\n", "ID", "5", "ADDR")]
    public void Client_kill_refuses_what_it_cannot_read(string expected, params string[] words)
    {
        using var client = new SessionHarness();
        string reply = client.Call(["CLIENT", "KILL", .. words]);

        // One word alone is an address.
        Assert.Equal(words.Length == 1 ? "-ERR No such client\r\n" : expected, reply);
    }

    [Fact]
    public void A_pause_holds_commands_back_until_it_ends()
    {
        using var client = new SessionHarness();
        using var other = new SessionHarness(client.Node);

        Assert.Equal("+OK\r\n", client.Call("CLIENT", "PAUSE", "1000", "WRITE"));
        Assert.Equal("$-1\r\n", other.Call("GET", "k"));
        Assert.Equal("", other.Call("SET", "k", "v"));
        Assert.True(other.Session.IsPaused);
        Assert.Equal("+OK\r\n", client.Call("CLIENT", "UNPAUSE"));
        Assert.Equal("+OK\r\n", other.Receive(""));

        Assert.Equal("+OK\r\n", client.Call("CLIENT", "PAUSE", "1000"));
        Assert.Equal("", other.Call("GET", "k"));
        other.NowMs += 1000;
        Assert.Equal("$1\r\nv\r\n", other.Receive(""));
        Assert.Equal("-ERR timeout is negative\r\n", client.Call("CLIENT", "PAUSE", "-1"));
    }

    private static int Lines(string reply) => reply.Count(static c => c == '\n') - 2;
}
