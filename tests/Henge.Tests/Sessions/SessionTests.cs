using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Sessions;

public sealed class SessionTests
{
    [Fact]
    public void Set_then_get_answers_the_value()
    {
        using var client = new SessionHarness();

        Assert.Equal("+OK\r\n", client.Call("SET", "k", "v"));
        Assert.Equal("$1\r\nv\r\n", client.Call("GET", "k"));
        Assert.Equal("$-1\r\n", client.Call("GET", "none"));
    }

    [Fact]
    public void Any_size_of_pieces_gives_the_same_replies()
    {
        string input = Array("SET", "k", "a\0\r\n\xff") + "get k\r\n" + Array("GET") + Array("NOPE", "x")
            + "set q \"a\\x41 b\"\r\n\r\n*0\r\n*-10\r\n" + Array("GET", "q") + Array("get", "k");
        string expected = "+OK\r\n$5\r\na\0\r\n\xff\r\n-ERR wrong number of arguments for 'get' command\r\n"
            + "-ERR unknown command 'NOPE', with args beginning with: 'x' \r\n"
            + "+OK\r\n$4\r\naA b\r\n$5\r\na\0\r\n\xff\r\n";

        for (int size = 1; size <= input.Length; size++)
        {
            using var client = new SessionHarness();

            Assert.Equal(expected, client.ReceiveInPieces(input, size));
            Assert.Equal(0, client.Waiting);
        }
    }
}
