using Henge.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Sessions;

public sealed class TransactionQueueTests
{
    [Fact]
    public void Queued_commands_run_at_exec_whatever_pieces_they_came_in()
    {
        string input = Array("MULTI") + Array("SET", "k", "1") + "incr k\r\n" + Array("GET", "k") + Array("EXEC")
            + Array("GET", "k");
        const string expected = "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n+OK\r\n:2\r\n$1\r\n2\r\n$1\r\n2\r\n";
        for (int size = 1; size <= input.Length; size++)
        {
            using var client = new SessionHarness();

            Assert.Equal(expected, client.ReceiveInPieces(input, size));
        }
    }

    [Theory]
    [InlineData("NOSUCH", "-ERR unknown command 'NOSUCH', with args beginning with: \r\n")]
    [InlineData("GET", "-ERR wrong number of arguments for 'get' command\r\n")]
    public void An_error_while_queueing_aborts(string bad, string error)
    {
        using var client = new SessionHarness();
        client.Call("MULTI");
        client.Call("SET", "k", "v");

        Assert.Equal(error, client.Call(bad));

        Assert.Equal("-EXECABORT Transaction discarded because of previous errors.\r\n", client.Call("EXEC"));
        Assert.Equal("$-1\r\n", client.Call("GET", "k"));
        Assert.Equal("-ERR EXEC without MULTI\r\n", client.Call("EXEC"));
    }

    [Fact]
    public void An_error_while_executing_is_one_reply_among_the_others()
    {
        using var client = new SessionHarness();

        string replies = client.Receive(
            Array("MULTI") + Array("SET", "k", "v") + Array("INCR", "k") + Array("GET", "k") + Array("EXEC"));

        Assert.EndsWith(
            "*3\r\n+OK\r\n-ERR value is not an integer or out of range\r\n$1\r\nv\r\n",
            replies,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_queue_beyond_its_budget_is_refused_and_the_connection_closed()
    {
        using var client = new SessionHarness();
        string value = new('v', 10 << 20);
        client.Call("MULTI");
        int queued = 0;

        string reply;
        while ((reply = client.Call("SET", "k", value)) == "+QUEUED\r\n")
        {
            queued++;
        }

        Assert.Equal(client.Session.Transaction.Limit / value.Length, queued);
        Assert.Equal("-ERR the queue of this transaction exceeds its memory limit\r\n", reply);
        Assert.Equal(SessionClosing.AfterReplies, client.Session.Closing);
        Assert.Equal(0, client.Session.Transaction.HeldBytes);
    }

    [Fact]
    public void Nothing_behind_a_queue_beyond_its_budget_is_run()
    {
        using var client = new SessionHarness();
        using var other = new SessionHarness(client.Node);
        string large = Array("SET", "k", new string('v', 10 << 20));

        string replies = client.Receive(
            Array("MULTI") + string.Concat(Enumerable.Repeat(large, 7)) + Array("SET", "a", "b") + Array("EXEC"));

        Assert.EndsWith("exceeds its memory limit\r\n", replies, StringComparison.Ordinal);
        Assert.Equal("*2\r\n$-1\r\n$-1\r\n", other.Call("MGET", "k", "a"));
    }

    [Fact]
    public void Many_small_commands_count_with_their_overhead()
    {
        using var client = new SessionHarness();
        Transaction transaction = client.Session.Transaction;
        client.Call("MULTI");
        string pings = string.Concat(Enumerable.Repeat(Array("PING"), 10_000));

        while (client.Session.Closing == SessionClosing.No)
        {
            client.Receive(pings);
            Assert.True(transaction.HeldBytes <= transaction.Limit);
            Assert.True(transaction.Count < 2_000_000);
        }
    }

    [Fact]
    public void Memory_of_the_queue_is_charged_and_given_back()
    {
        using var client = new SessionHarness();
        long before = client.Node.Store.GetStatistics().ChargedBytes;
        client.Call("MULTI");
        client.Call("SET", "k", new string('v', 100_000));

        Assert.True(client.Node.Store.GetStatistics().ChargedBytes >= before + 100_000);
        client.Call("DISCARD");
        Assert.Equal(before, client.Node.Store.GetStatistics().ChargedBytes);

        client.Call("MULTI");
        client.Call("SET", "k", new string('v', 100_000));
        client.Session.Dispose();
        Assert.Equal(before, client.Node.Store.GetStatistics().ChargedBytes);
    }

    [Fact]
    public void Many_replies_in_one_are_bounded_by_closing()
    {
        HengeOptions options = SmallNode();
        options.MaxValue = 1 << 20;
        options.Limits.OutputSoftBytes = 2 << 20;
        options.Limits.OutputHardBytes = 4 << 20;
        using var client = new SessionHarness(options);
        client.Call("SET", "k", new string('v', 1 << 20));
        client.Call("MULTI");
        client.Receive(string.Concat(Enumerable.Repeat(Array("GET", "k"), 200)));

        client.Call("EXEC");

        Assert.Equal(SessionClosing.AtOnce, client.Session.Closing);
        Assert.Equal(1, client.Node.Counters.OutputLimitCloses);
    }
}
