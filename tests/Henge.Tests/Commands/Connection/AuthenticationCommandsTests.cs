using Henge.Protocol;
using Henge.Tests.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Commands.Connection;

public sealed class AuthenticationCommandsTests
{
    private const string NoAuth = "-NOAUTH Authentication required.\r\n";
    private const string WrongPass = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

    [Fact]
    public void Hello_describes_the_server_in_the_dialect_asked_for()
    {
        using var client = new SessionHarness();

        string resp2 = client.Call("HELLO");
        Assert.StartsWith(
            "*14\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.4.0\r\n$5\r\nproto\r\n:2\r\n",
            resp2);
        string resp3 = client.Call("HELLO", "3");
        Assert.StartsWith("%7\r\n$6\r\nserver\r\n", resp3);
        Assert.EndsWith(
            "$2\r\nid\r\n:1\r\n$4\r\nmode\r\n$7\r\ncluster\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n",
            resp3);
        Assert.Equal("_\r\n", client.Call("GET", "none"));
        Assert.StartsWith("*14\r\n", client.Call("HELLO", "2"));
    }

    [Theory]
    [InlineData("-NOPROTO unsupported protocol version\r\n", "4")]
    [InlineData("-ERR Protocol version is not an integer or out of range\r\n", "abc")]
    [InlineData("-ERR Syntax error in HELLO option 'FOO'\r\n", "3", "FOO")]
    [InlineData("-ERR Syntax error in HELLO option 'AUTH'\r\n", "3", "AUTH", "x")]
    [InlineData(WrongPass, "3", "AUTH", "bob", "x")]
    [InlineData("-ERR Client names cannot contain spaces, newlines or special characters.\r\n", "3", "SETNAME", "a b")]
    public void A_hello_that_fails_changes_nothing(string expected, params string[] words)
    {
        using var client = new SessionHarness();

        Assert.Equal(expected, client.Call(["HELLO", .. words]));
        Assert.Equal(RespVersion.Resp2, client.Session.Version);
    }

    [Fact]
    public void Before_the_password_only_the_door_answers()
    {
        using SessionHarness client = WithPassword();

        Assert.Equal(NoAuth, client.Call("PING"));
        Assert.Equal(NoAuth, client.Call("NOSUCH"));
        Assert.Equal(NoAuth, client.Call("SUBSCRIBE", "c"));
        Assert.StartsWith(
            "-NOAUTH HELLO must be called with the client already authenticated",
            client.Call("HELLO", "3"));
        Assert.Equal(WrongPass, client.Call("AUTH", "wrong"));
        Assert.Equal(WrongPass, client.Call("AUTH", "bob", "secret"));
        Assert.Equal("-ERR syntax error\r\n", client.Call("AUTH", "a", "b", "c"));
        Assert.Equal("+OK\r\n", client.Call("AUTH", "secret"));
        Assert.Equal("+PONG\r\n", client.Call("PING"));
        Assert.Equal("+RESET\r\n", client.Call("RESET"));
        Assert.Equal(NoAuth, client.Call("PING"));
        Assert.StartsWith("%7\r\n", client.Call("HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me"));
        Assert.Equal("$2\r\nme\r\n", client.Call("CLIENT", "GETNAME"));
    }

    [Fact]
    public void Auth_without_a_password_set_says_so()
    {
        using var client = new SessionHarness();

        Assert.StartsWith("-ERR AUTH <password> called without any password configured", client.Call("AUTH", "x"));
        Assert.Equal("+OK\r\n", client.Call("AUTH", "default", "anything"));
        Assert.Equal(WrongPass, client.Call("AUTH", "bob", "anything"));
    }

    [Fact]
    public void Guesses_are_slowed_down_and_the_connection_closed()
    {
        using SessionHarness client = WithPassword();
        for (int i = 0; i < Henge.Security.GuessLimits.FreeGuesses; i++)
        {
            Assert.Equal(WrongPass, client.Call("AUTH", "guess" + i));
        }

        Assert.StartsWith("-WRONGPASS too many", client.Call("AUTH", "secret"));
        Assert.Equal(Henge.Sessions.SessionClosing.AfterReplies, client.Session.Closing);

        using var later = new SessionHarness(client.Node) { NowMs = client.NowMs + 1000 };
        Assert.Equal("+OK\r\n", later.Call("AUTH", "secret"));
    }

    [Fact]
    public void Who_is_in_and_guesses_too_often_stays_in()
    {
        using SessionHarness client = WithPassword();
        Assert.Equal("+OK\r\n", client.Call("AUTH", "secret"));
        for (int i = 0; i < Henge.Security.GuessLimits.FreeGuesses; i++)
        {
            Assert.Equal(WrongPass, client.Call("AUTH", "guess" + i));
        }

        Assert.StartsWith("-WRONGPASS too many", client.Call("AUTH", "guess"));
        Assert.Equal("+PONG\r\n", client.Call("PING"));
        Assert.Equal(Henge.Sessions.SessionClosing.No, client.Session.Closing);
    }

    [Fact]
    public void A_password_set_while_running_asks_only_those_who_come_later()
    {
        using var client = new SessionHarness();
        Assert.Equal("+OK\r\n", client.Call("CONFIG", "SET", "requirepass", "secret"));
        using var later = new SessionHarness(client.Node);

        Assert.Equal("+PONG\r\n", client.Call("PING"));
        Assert.Equal(NoAuth, later.Call("PING"));
        Assert.Equal("*2\r\n$11\r\nrequirepass\r\n$8\r\n(hidden)\r\n", client.Call("CONFIG", "GET", "requirepass"));
    }

    [Fact]
    public void The_password_shows_up_nowhere()
    {
        using SessionHarness client = WithPassword();
        client.Node.Options.SlowLogMicroseconds = 0;
        client.Call("AUTH", "secret");
        client.Call("AUTH", "sec-wrong");
        client.Call("HELLO", "2", "AUTH", "default", "secret");
        client.Call("CONFIG", "SET", "requirepass", "secret");

        string everything = client.Call("SLOWLOG", "GET", "-1") + client.Call("INFO", "everything")
            + client.Call("CLIENT", "LIST") + client.Call("CONFIG", "GET", "*");
        Assert.Contains("(redacted)", everything, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", everything, StringComparison.Ordinal);
        Assert.DoesNotContain("sec-wrong", everything, StringComparison.Ordinal);
    }

    private static SessionHarness WithPassword()
    {
        HengeOptions options = SmallNode();
        options.Password = "secret";
        return new SessionHarness(options);
    }
}
