using System.Net.Sockets;

using Henge.Tests.Live;

using Xunit;

namespace Henge.Tests.Hostile;

/// <summary>RELIABILITY group C against a live node: connections held, broken and reset in every wrong way.</summary>
[Collection(LiveCollection.Name)]
public sealed class ConnectionTests(HostileNode target) : IClassFixture<HostileNode>
{
    [Fact]
    public async Task A_command_left_incomplete_is_closed_and_an_idle_client_is_not()
    {
        using RawClient idle = await target.Node.ConnectAsync();
        Assert.Equal("+PONG", await idle.CallAsync("PING"));
        List<RawClient> slow = [];
        const string Body = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\nxxx";
        foreach (string part in new[] { "*", "*2", "*2\r\n$3\r\nGE", "PIN", Body })
        {
            for (int i = 0; i < 40; i++)
            {
                RawClient client = await target.Node.ConnectAsync();
                await client.SendAsync(part);
                slow.Add(client);
            }
        }
        await Eventually.HoldsAsync(async () => await target.ClientsAsync() == 2, "200 incomplete commands are closed");
        Assert.Equal("+PONG", await idle.CallAsync("PING"));
        slow.ForEach(c => c.Dispose());
        idle.Dispose();
        await target.UnharmedAsync();
    }

    [Fact]
    public async Task Incomplete_http_headers_are_closed()
    {
        using RawClient client = await target.Node.ConnectAsync();
        await client.SendAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
        Assert.DoesNotContain(" 200 ", await client.RestAsync());
        await target.UnharmedAsync();
    }

    [Fact]
    public async Task A_storm_of_connections_is_served()
    {
        int files = target.Node.OpenFiles();
        for (int round = 0; round < 10; round++)
        {
            RawClient[] clients = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => target.Node.ConnectAsync()));
            string[] replies = await Task.WhenAll(clients.Select(c => c.CallAsync("PING")));
            Assert.All(replies, reply => Assert.Equal("+PONG", reply));
            Array.ForEach(clients, c => c.Dispose());
        }
        await target.UnharmedAsync();
        await NoDescriptorIsLeftAsync(files);
    }

    [Fact]
    public async Task Resets_leave_nothing_behind()
    {
        int files = target.Node.OpenFiles();
        string value = new('v', 20_000);
        byte[] work = [.. RawClient.Encode("SET", "reset", value), .. RawClient.Encode("GET", "reset")];
        for (int i = 0; i < 2000; i++)
        {
            RawClient client = await target.Node.ConnectAsync();
            if (i % 4 != 0)
            {
                await client.SendAsync(work.AsMemory(0, i % 4 == 1 ? 9 : work.Length));
            }
            client.Reset();
        }
        await target.UnharmedAsync();
        await NoDescriptorIsLeftAsync(files);
    }

    [Fact]
    public async Task A_half_closed_connection_still_gets_its_replies()
    {
        using RawClient client = await target.Node.ConnectAsync();
        byte[] work = [.. Enumerable.Repeat(RawClient.Encode("ECHO", new string('e', 1000)), 1000).SelectMany(b => b)];
        await client.SendAsync(work);
        client.Socket.Shutdown(SocketShutdown.Send);
        string all = await client.RestAsync(most: 4 << 20);
        Assert.Equal(1000 * "$1000\r\n".Length + 1000 * 1002, all.Length);
        await target.UnharmedAsync();
    }

    [Fact]
    public async Task A_client_may_kill_itself_and_others()
    {
        using RawClient victim = await target.Node.ConnectAsync();
        using RawClient killer = await target.Node.ConnectAsync();
        string id = (await victim.CallAsync("CLIENT", "ID"))[1..];
        Assert.Equal(":1", await killer.CallAsync("CLIENT", "KILL", "ID", id));
        Assert.Equal("", await victim.RestAsync());
        id = (await killer.CallAsync("CLIENT", "ID"))[1..];
        await killer.SendAsync(RawClient.Encode("CLIENT", "KILL", "ID", id, "SKIPME", "no"));
        Assert.Equal(":1\r\n", await killer.RestAsync());
        await target.UnharmedAsync();
    }

    [Fact]
    public async Task An_unknown_client_subcommand_is_an_error_and_never_the_end()
    {
        using RawClient client = await target.Node.ConnectAsync();
        Assert.StartsWith("-ERR", await client.CallAsync("CLIENT", "MAINT_NOTIFICATIONS", "ON"));
        Assert.StartsWith("-ERR", await client.CallAsync("CLIENT", "NOSUCH"));
        Assert.Equal("+PONG", await client.CallAsync("PING"));
    }

    [Fact]
    public async Task One_client_too_many_is_told_so()
    {
        await using HengeProcess node = await HengeProcess.StartAsync("--max-clients", "5");
        List<RawClient> clients = [];
        string refusal = "";
        for (int i = 0; i < 8 && refusal.Length == 0; i++)
        {
            RawClient client = await node.ConnectAsync();
            clients.Add(client);
            string reply = await client.CallAsync("PING");
            refusal = reply == "+PONG" ? "" : reply;
        }
        Assert.Equal("-ERR max number of clients reached", refusal);
        Assert.InRange(clients.Count, 6, 7);
        Assert.Equal("+PONG", await clients[0].CallAsync("PING"));
        clients[1].Dispose();
        clients[2].Dispose();
        await Eventually.HoldsAsync(
            async () =>
            {
                using RawClient next = await node.ConnectAsync();
                return await next.CallAsync("PING") == "+PONG";
            },
            "a place that was freed is given again");
        clients.ForEach(c => c.Dispose());
    }

    // A few more than before may be open for reasons of the runtime's own, such as its event pipe.
    private Task NoDescriptorIsLeftAsync(int before) =>
        Eventually.HoldsAsync(() => Task.FromResult(target.Node.OpenFiles() <= before + 8), "descriptors are closed");
}
