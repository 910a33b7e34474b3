using System.Text;

using Henge.Tests.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Commands.PubSub;

public sealed class PubSubCommandsTests
{
    [Fact]
    public void A_message_reaches_channels_and_patterns_in_each_dialect()
    {
        using var publisher = new SessionHarness();
        using var two = new SessionHarness(publisher.Node);
        using var three = new SessionHarness(publisher.Node);
        three.Call("HELLO", "3");

        Assert.Equal("*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n", two.Call("SUBSCRIBE", "c"));
        Assert.Equal(
            ">3\r\n$10\r\npsubscribe\r\n$2\r\nc*\r\n:1\r\n>3\r\n$10\r\npsubscribe\r\n$1\r\nx\r\n:2\r\n",
            three.Call("PSUBSCRIBE", "c*", "x"));
        Assert.Equal(":2\r\n", publisher.Call("PUBLISH", "c", "a\0\r\n\xff"));
        Assert.Equal(":0\r\n", publisher.Call("PUBLISH", "other", "m"));

        Assert.Equal("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5\r\na\0\r\n\xff\r\n", Pushed(two));
        Assert.Equal(">4\r\n$8\r\npmessage\r\n$2\r\nc*\r\n$1\r\nc\r\n$5\r\na\0\r\n\xff\r\n", Pushed(three));
    }

    [Fact]
    public void Whoever_listens_twice_hears_twice_and_counts_twice()
    {
        using var client = new SessionHarness();
        client.Call("HELLO", "3");
        client.Call("SUBSCRIBE", "c", "c");
        client.Call("PSUBSCRIBE", "*", "c?");

        Assert.Equal(":2\r\n", client.Call("PUBLISH", "c", "m"));
        Assert.Equal(1, client.Session.Subscriber!.CountOf(Henge.PubSub.ChannelKind.Channel));
    }

    [Fact]
    public void Shard_channels_are_a_world_of_their_own()
    {
        using var client = new SessionHarness();
        client.Call("HELLO", "3");
        client.Call("SUBSCRIBE", "c");
        client.Call("PSUBSCRIBE", "*");

        Assert.Equal(">3\r\n$10\r\nssubscribe\r\n$1\r\nc\r\n:1\r\n", client.Call("SSUBSCRIBE", "c"));
        Assert.Equal(":1\r\n", client.Call("SPUBLISH", "c", "m"));
        Assert.Equal(">3\r\n$8\r\nsmessage\r\n$1\r\nc\r\n$1\r\nm\r\n", Pushed(client));
        Assert.Equal(">3\r\n$12\r\nsunsubscribe\r\n$1\r\nc\r\n:0\r\n", client.Call("SUNSUBSCRIBE"));
        Assert.Equal(":0\r\n", client.Call("SPUBLISH", "c", "m"));
    }

    [Fact]
    public void Under_resp2_a_subscriber_takes_few_commands()
    {
        using var client = new SessionHarness();

        string replies = client.Receive(
            Array("SUBSCRIBE", "c") + Array("GET", "k") + Array("PING") + Array("PING", "x"));
        Assert.Equal(
            "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n"
            + "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / "
            + "PING / QUIT / RESET are allowed in this context\r\n"
            + "*2\r\n$4\r\npong\r\n$0\r\n\r\n*2\r\n$4\r\npong\r\n$1\r\nx\r\n",
            replies);
        client.Call("UNSUBSCRIBE", "c");
        client.Call("SSUBSCRIBE", "s");
        Assert.StartsWith("-ERR Can't execute 'get'", client.Receive(Array("GET", "k")), StringComparison.Ordinal);
        client.Call("SUNSUBSCRIBE");
        Assert.Equal("$-1\r\n", client.Call("GET", "k"));
    }

    [Fact]
    public void Unsubscribing_counts_down_and_answers_also_when_there_was_nothing()
    {
        using var client = new SessionHarness();

        Assert.Equal("*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n", client.Call("UNSUBSCRIBE"));
        Assert.Equal("*3\r\n$12\r\npunsubscribe\r\n$1\r\nx\r\n:0\r\n", client.Call("PUNSUBSCRIBE", "x"));
        client.Call("SUBSCRIBE", "a", "b");
        client.Call("PSUBSCRIBE", "p");
        Assert.Equal("*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:2\r\n", client.Call("UNSUBSCRIBE", "a"));
        Assert.Equal("*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:1\r\n", client.Call("UNSUBSCRIBE"));
        Assert.Equal("*3\r\n$12\r\npunsubscribe\r\n$1\r\np\r\n:0\r\n", client.Call("PUNSUBSCRIBE"));
        Assert.Equal(0, client.Node.PubSub.ChargedBytes);
    }

    [Fact]
    public void No_message_follows_the_end_of_its_subscription()
    {
        using var client = new SessionHarness();
        using var publisher = new SessionHarness(client.Node);
        client.Call("SUBSCRIBE", "c");
        publisher.Call("PUBLISH", "c", "m");

        Assert.Equal(
            "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n",
            client.Call("UNSUBSCRIBE", "c"));
        Assert.Equal("", Pushed(client));
    }

    [Fact]
    public void Pubsub_tells_who_listens()
    {
        using var client = new SessionHarness();
        client.Call("HELLO", "3");
        client.Call("SUBSCRIBE", "ab", "cd");
        client.Call("PSUBSCRIBE", "*");
        client.Call("SSUBSCRIBE", "sh");

        Assert.Equal("*1\r\n$2\r\nab\r\n", client.Call("PUBSUB", "CHANNELS", "a*"));
        Assert.StartsWith("*2\r\n", client.Call("PUBSUB", "CHANNELS"), StringComparison.Ordinal);
        Assert.Equal("*4\r\n$2\r\nab\r\n:1\r\n$2\r\nno\r\n:0\r\n", client.Call("PUBSUB", "NUMSUB", "ab", "no"));
        Assert.Equal("*0\r\n", client.Call("PUBSUB", "NUMSUB"));
        Assert.Equal(
            "-ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.\r\n",
            client.Call("PUBSUB", "CHANNELS", "a", "b"));
        Assert.Equal(":1\r\n", client.Call("PUBSUB", "NUMPAT"));
        Assert.Equal("*1\r\n$2\r\nsh\r\n", client.Call("PUBSUB", "SHARDCHANNELS"));
        Assert.Equal("*2\r\n$2\r\nsh\r\n:1\r\n", client.Call("PUBSUB", "SHARDNUMSUB", "sh"));
        Assert.StartsWith(
            "-ERR unknown subcommand 'FOO'. Try PUBSUB HELP.", client.Call("PUBSUB", "FOO"),
            StringComparison.Ordinal);
        Assert.StartsWith("*14\r\n+PUBSUB <subcommand>", client.Call("PUBSUB", "HELP"), StringComparison.Ordinal);
    }

    [Fact]
    public void Subscriptions_are_bounded_and_given_back_with_the_connection()
    {
        HengeOptions options = SmallNode();
        options.Limits.MaxSubscriptions = 3;
        using var publisher = new SessionHarness(options);
        var client = new SessionHarness(publisher.Node);

        string replies = client.Call("SUBSCRIBE", "a", "b", "c", "d");
        Assert.EndsWith(
            "-ERR max number of subscriptions of one connection reached\r\n", replies,
            StringComparison.Ordinal);
        Assert.Equal(3, client.Session.Subscriber!.Count);
        Assert.NotEqual(0, client.Node.PubSub.ChargedBytes);
        client.Dispose();
        Assert.Equal(0, publisher.Node.PubSub.ChargedBytes);
        Assert.Equal(":0\r\n", publisher.Call("PUBLISH", "a", "m"));
        Assert.Equal("*0\r\n", publisher.Call("PUBSUB", "CHANNELS"));
    }

    [Fact]
    public void Subscriptions_of_all_take_a_quarter_of_the_memory_at_most()
    {
        HengeOptions options = SmallNode();
        options.Memory = HengeOptions.MinMemoryBytes;
        using var client = new SessionHarness(options);
        string[] words = ["SUBSCRIBE", .. Enumerable.Range(0, 10_000).Select(static i => new string('c', 300) + i)];

        Assert.Contains("-OOM subscriptions", client.Call(words), StringComparison.Ordinal);
        Assert.InRange(client.Node.PubSub.ChargedBytes, 1, HengeOptions.MinMemoryBytes / 4);
    }

    [Fact]
    public void Messages_of_many_publishers_keep_the_order_of_each()
    {
        using var listener = new SessionHarness();
        listener.Call("SUBSCRIBE", "c");
        const int publishers = 4;
        const int messages = 500;

        // The recording connection is not thread safe by itself: the channel's lock is what makes this hold.
        Parallel.For(0, publishers, p =>
        {
            using var publisher = new SessionHarness(listener.Node);
            for (int i = 0; i < messages; i++)
            {
                Assert.Equal(":1\r\n", publisher.Call("PUBLISH", "c", $"{p}-{i:D4}"));
            }
        });

        string[] seen = [.. Pushed(listener).Split("\r\n").Where(static line => line.Contains('-'))];
        Assert.Equal(publishers * messages, seen.Length);
        for (int p = 0; p < publishers; p++)
        {
            string[] own = [.. seen.Where(line => line.StartsWith($"{p}-", StringComparison.Ordinal))];
            Assert.Equal(own.Order(StringComparer.Ordinal), own);
        }
    }

    private static string Pushed(SessionHarness client)
    {
        string text = Encoding.Latin1.GetString(client.Connection.Pushed);
        client.Connection.TakePushed(new Henge.Protocol.RespWriter());
        return text;
    }
}
