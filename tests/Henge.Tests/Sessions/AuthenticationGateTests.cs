using System.Net;

using Henge.Commands;
using Henge.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Sessions;

public sealed class AuthenticationGateTests
{
    [Fact]
    public void Before_authentication_every_command_but_the_few_is_refused()
    {
        using var client = new SessionHarness(WithPassword());
        foreach (Command command in client.Node.Commands.All)
        {
            if ((command.Flags & CommandFlags.NoAuth) == 0)
            {
                int words = Math.Max(1, Math.Abs(command.Arity));

                string reply = client.Call([command.Name, .. Enumerable.Repeat("x", words - 1)]);

                Assert.Equal("-NOAUTH Authentication required.\r\n", reply);
            }
        }
        Assert.Equal("-NOAUTH Authentication required.\r\n", client.Call("nosuchcommand"));
        Assert.Equal(["AUTH", "HELLO", "QUIT", "RESET"], client.Node.Commands.All
            .Where(static c => (c.Flags & CommandFlags.NoAuth) != 0).Select(static c => c.Name).Order());
    }

    [Fact]
    public void Limits_change_in_the_middle_of_what_was_received()
    {
        using var client = new SessionHarness(WithPassword());
        string large = Array("SET", "k", new string('v', 100_000));

        Assert.Equal("+OK\r\n+OK\r\n", client.Receive(Array("AUTH", "secret") + large));

        using var stranger = new SessionHarness(client.Node);
        Assert.Equal(
            "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
                + "-ERR Protocol error: unauthenticated bulk length\r\n",
            stranger.Receive(Array("AUTH", "guess") + large));
        Assert.Equal(SessionClosing.AfterReplies, stranger.Session.Closing);
    }

    [Fact]
    public void Many_words_before_authentication_are_a_protocol_error()
    {
        using var client = new SessionHarness(WithPassword());

        Assert.Equal("-ERR Protocol error: unauthenticated multibulk length\r\n", client.Receive("*11\r\n"));
    }

    [Fact]
    public void Unread_errors_stop_a_stranger_at_64_KiB()
    {
        var connection = new RecordingConnection { PendingOutputBytes = 64 * 1024 };
        using var client = new SessionHarness(WithPassword(), connection);

        string replies = client.Receive(Array("GET", "k") + Array("GET", "k"));

        Assert.Equal("-NOAUTH Authentication required.\r\n", replies);
        Assert.True(client.Session.IsOutputBlocked);
    }

    [Fact]
    public void Inline_from_another_machine_is_taken_from_the_authenticated_only()
    {
        var remote = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1);
        using var stranger = new SessionHarness(WithPassword(), new RecordingConnection { RemoteEndPoint = remote });
        using var known = new SessionHarness(WithPassword(), new RecordingConnection { RemoteEndPoint = remote });

        Assert.Equal("", stranger.Receive("PING\r\n"));
        Assert.Equal(SessionClosing.AtOnce, stranger.Session.Closing);
        Assert.Equal("+OK\r\n+PONG\r\n", known.Receive(Array("AUTH", "secret") + "PING\r\n"));
    }

    private static HengeOptions WithPassword()
    {
        HengeOptions options = SmallNode();
        options.Password = "secret";
        return options;
    }
}
