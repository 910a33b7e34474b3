using Henge.Tests.Transport;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;
using static Henge.Tests.Transport.TransportHost;

namespace Henge.Tests.PubSub;

/// <summary>Messages between connections on several loops, over each transport.</summary>
public abstract class PubSubTransportTests
{
    protected abstract TransportKind Kind { get; }

    [Fact]
    public async Task Messages_come_in_order_to_connections_of_every_loop()
    {
        const int subscribers = 8;
        const int messages = 2_000;
        await using HengeNode node = await StartAsync(Kind);
        var clients = new List<RawClient>();
        for (int i = 0; i < subscribers; i++)
        {
            RawClient client = await RawClient.ConnectAsync(node);
            await client.SendAsync(Array("SUBSCRIBE", "c"));
            await ExpectAsync(client, "*3", "$9", "subscribe", "$1", "c", ":1");
            clients.Add(client);
        }
        using RawClient publisher = await RawClient.ConnectAsync(node);

        await publisher.SendAsync(
            string.Concat(Enumerable.Range(0, messages).Select(static i => Array("PUBLISH", "c", $"{i:D6}"))));
        for (int i = 0; i < messages; i++)
        {
            Assert.Equal($":{subscribers}", await publisher.LineAsync());
        }
        foreach (RawClient client in clients)
        {
            for (int i = 0; i < messages; i++)
            {
                await ExpectAsync(client, "*3", "$7", "message", "$1", "c", "$6", $"{i:D6}");
            }
            client.Dispose();
        }
        await UntilAsync(() => node.PubSub.ChargedBytes == 0);
    }

    [Fact]
    public async Task No_message_overtakes_its_subscription_or_follows_its_end()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);
        bool isOver = false;
        var flood = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                node.PubSub.Publish("c"u8, "m"u8);
            }
        });
        flood.Start();

        try
        {
            await SubscribeAndLeaveAsync(client, times: 500);
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            flood.Join();
        }
    }

    [Fact]
    public async Task A_subscriber_that_does_not_read_is_closed_and_holds_up_nobody()
    {
        await using HengeNode node = await StartAsync(Kind, static options =>
        {
            options.Limits.OutputSoftBytes = 2 << 20;
            options.Limits.OutputHardBytes = 4 << 20;
            options.MaxValue = 1 << 20;
        });
        using RawClient deaf = await RawClient.ConnectAsync(node, receiveBuffer: 4096);
        await deaf.SendAsync(Array("SUBSCRIBE", "c"));
        await ExpectAsync(deaf, "*3", "$9", "subscribe", "$1", "c", ":1");
        using RawClient publisher = await RawClient.ConnectAsync(node);
        string publish = Array("PUBLISH", "c", new string('x', 100_000));

        string? receivers = ":1";
        for (int i = 0; i < 1_000 && receivers == ":1"; i++)
        {
            receivers = await publisher.CallAsync(publish);
        }

        Assert.Equal(":0", receivers);
        await UntilAsync(() => node.Clients.Count == 1);
        Assert.Equal("+PONG", await publisher.CallAsync(Ping));
    }

    [Fact]
    public async Task A_killed_client_is_gone_and_a_paused_one_goes_on_by_itself()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);
        using RawClient other = await RawClient.ConnectAsync(node);
        Assert.Equal("+PONG", await other.CallAsync(Ping));

        Assert.Equal("+OK", await client.CallAsync(Array("CLIENT", "PAUSE", "50", "WRITE")));
        Assert.Equal("+OK", await other.CallAsync(Array("SET", "k", "v")));
        Assert.Equal(":1", await client.CallAsync(Array("CLIENT", "KILL", "TYPE", "normal")));
        Assert.Null(await other.LineAsync());
        Assert.Equal("+PONG", await client.CallAsync(Ping));
    }

    private static async Task SubscribeAndLeaveAsync(RawClient client, int times)
    {
        for (int i = 0; i < times; i++)
        {
            await client.SendAsync(Array("SUBSCRIBE", "c") + Array("UNSUBSCRIBE", "c") + Array("ECHO", "between"));
            await ExpectAsync(client, "*3", "$9", "subscribe", "$1", "c", ":1");
            while (true)
            {
                Assert.Equal("*3", await client.LineAsync());
                if (await client.LineAsync() != "$7")
                {
                    break;
                }
                await ExpectAsync(client, "message", "$1", "c", "$1", "m");
            }
            await ExpectAsync(client, "unsubscribe", "$1", "c", ":0", "$7", "between");
        }
    }

    private static async Task ExpectAsync(RawClient client, params string[] lines)
    {
        foreach (string line in lines)
        {
            Assert.Equal(line, await client.LineAsync());
        }
    }
}
