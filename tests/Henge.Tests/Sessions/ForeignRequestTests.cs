using Henge.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Sessions;

/// <summary>RELIABILITY, "One port, two protocols": requests of other protocols close without a reply.</summary>
public sealed class ForeignRequestTests
{
    [Theory]
    [InlineData("GET /\r\n")]
    [InlineData("GET http://localhost/\r\n")]
    [InlineData("GET HTTP://localhost/\r\n")]
    [InlineData("get \"/\"\r\n")]
    [InlineData("GET / HTTP/1.1\n")]
    [InlineData("X a HTTP/1.0\r\n")]
    [InlineData("POST x\r\n")]
    [InlineData("put x\r\n")]
    [InlineData("HEAD x\r\n")]
    [InlineData("OPTIONS x\r\n")]
    [InlineData("CONNECT x:1\r\n")]
    [InlineData("Host: localhost\r\n")]
    [InlineData("Anything: x\r\n")]
    [InlineData("*2\r\n$4\r\nPOST\r\n$1\r\n/\r\n")]
    [InlineData("*1\r\n$5\r\nHost:\r\n")]
    public void They_close_silently_and_nothing_behind_them_runs(string request)
    {
        using var client = new SessionHarness();
        using var other = new SessionHarness(client.Node);

        Assert.Equal("", client.Receive(request + "SET a b\r\n" + Array("SET", "a", "b")));

        Assert.Equal(SessionClosing.AtOnce, client.Session.Closing);
        Assert.Equal(0, client.Waiting);
        Assert.Equal("$-1\r\n", other.Call("GET", "a"));
        Assert.Equal(1, client.Node.ForeignRequests.Count);
    }

    [Fact]
    public void Inside_MULTI_and_with_replies_off_it_is_the_same()
    {
        using var client = new SessionHarness();

        client.Call("MULTI");
        Assert.Equal("", client.Receive("POST /\r\nPING\r\n"));
        Assert.Equal(SessionClosing.AtOnce, client.Session.Closing);
    }

    [Fact]
    public void One_who_has_shown_the_password_may_type_paths()
    {
        HengeOptions options = SmallNode();
        options.Password = "secret";
        using var client = new SessionHarness(options);

        Assert.Equal("+OK\r\n+OK\r\n", client.Receive("AUTH secret\r\nSET /path http://x\r\n"));
        Assert.Equal("$8\r\nhttp://x\r\n", client.Receive("GET /path\r\n"));
        Assert.Equal("", client.Receive("GET / HTTP/1.1\r\n"));
        Assert.Equal(SessionClosing.AtOnce, client.Session.Closing);
    }

    [Fact]
    public void Arrays_may_hold_paths_and_names_of_headers()
    {
        using var client = new SessionHarness();

        Assert.Equal("+OK\r\n", client.Call("SET", "/", "Host: / x:"));
        Assert.Equal("$10\r\nHost: / x:\r\n", client.Call("GET", "/"));
    }

    [Fact]
    public void They_are_logged_once_a_minute()
    {
        var requests = new ForeignRequests();

        Assert.True(requests.MayLog(1_000_000));
        Assert.False(requests.MayLog(1_000_001));
        Assert.False(requests.MayLog(1_059_999));
        Assert.True(requests.MayLog(1_060_000));
        Assert.Equal(4, requests.Count);
    }
}
