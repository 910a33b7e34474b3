using Henge.Tests.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Commands.Transactions;

public sealed class TransactionCommandsTests
{
    [Fact]
    public void Exec_answers_each_command_in_order_errors_included()
    {
        using var client = new SessionHarness();

        Assert.Equal("+OK\r\n", client.Call("MULTI"));
        Assert.Equal("+QUEUED\r\n", client.Call("SET", "k", "v"));
        Assert.Equal("+QUEUED\r\n", client.Call("SELECT", "x"));
        Assert.Equal("+QUEUED\r\n", client.Call("GET", "k"));
        Assert.Equal(
            "*3\r\n+OK\r\n-ERR value is not an integer or out of range\r\n$1\r\nv\r\n", client.Call("EXEC"));
        Assert.Equal("-ERR EXEC without MULTI\r\n", client.Call("EXEC"));
    }

    [Fact]
    public void An_empty_transaction_answers_an_empty_array()
    {
        using var client = new SessionHarness();

        Assert.Equal("+OK\r\n*0\r\n", client.Receive(Array("MULTI") + Array("EXEC")));
    }

    [Fact]
    public void What_cannot_be_queued_makes_exec_fail()
    {
        using var client = new SessionHarness();

        Assert.Equal(
            "+OK\r\n+QUEUED\r\n-ERR wrong number of arguments for 'get' command\r\n"
            + "-EXECABORT Transaction discarded because of previous errors.\r\n$-1\r\n",
            client.Receive(Array("MULTI") + Array("SET", "k", "v") + Array("GET") + Array("EXEC") + Array("GET", "k")));
        Assert.Equal(
            "+OK\r\n-ERR unknown command 'NOPE', with args beginning with: \r\n"
            + "-EXECABORT Transaction discarded because of previous errors.\r\n",
            client.Receive(Array("MULTI") + Array("NOPE") + Array("EXEC")));
    }

    [Fact]
    public void Multi_does_not_nest_and_watch_comes_before_it()
    {
        using var client = new SessionHarness();

        Assert.Equal(
            "+OK\r\n-ERR MULTI calls can not be nested\r\n-ERR WATCH inside MULTI is not allowed\r\n*0\r\n",
            client.Receive(Array("MULTI") + Array("MULTI") + Array("WATCH", "k") + Array("EXEC")));
        Assert.Equal("-ERR DISCARD without MULTI\r\n", client.Call("DISCARD"));
    }

    [Fact]
    public void Discard_forgets_the_queue_and_the_watched_keys()
    {
        using var client = new SessionHarness();
        using var other = new SessionHarness(client.Node);
        client.Call("WATCH", "k");
        client.Call("MULTI");
        client.Call("SET", "k", "mine");

        Assert.Equal("+OK\r\n", client.Call("DISCARD"));
        other.Call("SET", "k", "theirs");
        Assert.Equal("+OK\r\n+QUEUED\r\n*1\r\n$6\r\ntheirs\r\n",
            client.Receive(Array("MULTI") + Array("GET", "k") + Array("EXEC")));
    }

    [Theory]
    [InlineData("SET", "k", "new")]
    [InlineData("SET", "k", "old")]
    [InlineData("GETDEL", "k")]
    [InlineData("GETEX", "k", "EX", "100")]
    public void A_change_of_a_watched_key_makes_exec_answer_nothing(params string[] change)
    {
        using var client = new SessionHarness();
        using var other = new SessionHarness(client.Node);
        client.Call("SET", "k", "old");
        client.Call("WATCH", "k", "other");
        other.Call(change);

        Assert.Equal("+OK\r\n+QUEUED\r\n*-1\r\n",
            client.Receive(Array("MULTI") + Array("SET", "k", "mine") + Array("EXEC")));
        Assert.Equal("+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n",
            client.Receive(Array("MULTI") + Array("SET", "k", "mine") + Array("EXEC")));
    }

    [Fact]
    public void A_watched_key_that_comes_to_be_or_expires_has_changed()
    {
        using var client = new SessionHarness();
        using var other = new SessionHarness(client.Node);
        client.Call("WATCH", "absent");
        other.Call("SET", "absent", "v");
        Assert.Equal("+OK\r\n*-1\r\n", client.Receive(Array("MULTI") + Array("EXEC")));

        client.Call("SET", "brief", "v", "PX", "100");
        client.Call("WATCH", "brief");
        client.NowMs += 200;
        Assert.Equal("+OK\r\n*-1\r\n", client.Receive(Array("MULTI") + Array("EXEC")));
    }

    [Fact]
    public void Reads_and_other_keys_change_nothing()
    {
        using var client = new SessionHarness();
        using var other = new SessionHarness(client.Node);
        client.Call("SET", "k", "v");
        client.Call("WATCH", "k", "absent");
        other.Call("GET", "k");
        other.Call("GET", "absent");
        other.Call("SET", "unrelated", "v");

        Assert.Equal("+OK\r\n+QUEUED\r\n*1\r\n$1\r\nv\r\n",
            client.Receive(Array("MULTI") + Array("GET", "k") + Array("EXEC")));
    }

    [Fact]
    public void Unwatch_forgets_and_memory_is_given_back()
    {
        using var client = new SessionHarness();
        using var other = new SessionHarness(client.Node);
        long before = client.Node.Store.GetStatistics().ChargedBytes;
        client.Call("WATCH", "a", "b", "a");
        Assert.Equal(2, client.Session.Watched!.Count);
        Assert.Equal("+OK\r\n", client.Call("UNWATCH"));
        other.Call("SET", "a", "v");

        Assert.Equal("+OK\r\n*0\r\n", client.Receive(Array("MULTI") + Array("EXEC")));
        Assert.Equal(before, client.Node.Store.GetStatistics().ChargedBytes);
    }

    [Fact]
    public void A_client_cannot_watch_without_bound()
    {
        using var client = new SessionHarness();
        string big = new('k', 60_000);
        string reply = client.Call(["WATCH", .. Enumerable.Range(0, 300).Select(i => big + i)]);

        Assert.Equal("-ERR the watched keys of this connection exceed their memory limit\r\n", reply);
    }

    [Fact]
    public void Null_of_exec_under_resp3_is_null()
    {
        using var client = new SessionHarness();
        using var other = new SessionHarness(client.Node);
        client.Call("HELLO", "3");
        client.Call("WATCH", "k");
        other.Call("SET", "k", "v");

        Assert.Equal("+OK\r\n_\r\n", client.Receive(Array("MULTI") + Array("EXEC")));
    }

    [Fact]
    public void Messages_published_inside_come_behind_the_reply()
    {
        using var client = new SessionHarness();
        client.Call("HELLO", "3");
        client.Call("SUBSCRIBE", "c");

        Assert.Equal(
            "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n+PONG\r\n",
            client.Receive(Array("MULTI") + Array("PUBLISH", "c", "m") + Array("PING") + Array("EXEC")));
        Assert.NotEqual(0, client.Connection.Pushed.Length);
    }

    [Fact]
    public void Nobody_sees_half_of_a_transaction()
    {
        HengeOptions options = SmallNode();
        options.Shards = 8;
        using var writer = new SessionHarness(options);
        using var reader = new SessionHarness(writer.Node);
        string read = Array("MULTI") + Array("GET", "one") + Array("GET", "two") + Array("EXEC");
        var writing = new Thread(() =>
        {
            for (int i = 0; i < 2000; i++)
            {
                writer.Receive(
                    Array("MULTI") + Array("SET", "one", $"{i:D4}") + Array("SET", "two", $"{i:D4}") + Array("EXEC"));
            }
        });

        writing.Start();
        bool isTorn = false;
        while (writing.IsAlive)
        {
            string[] lines = reader.Receive(read).Split("\r\n");
            isTorn |= lines[5] != lines[^2] && lines[4] != "$-1";
        }
        writing.Join();
        Assert.False(isTorn);
    }
}
