using System.Net.Sockets;
using System.Text;

using Xunit;

using static Henge.Tests.Transport.TransportHost;

namespace Henge.Tests.Transport;

/// <summary>What every transport must do; each transport runs all of it.</summary>
public abstract class TransportTests
{
    protected abstract TransportKind Kind { get; }

    [Fact]
    public async Task A_long_pipeline_is_answered_in_order()
    {
        const int Count = 100_000;
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);
        var all = new StringBuilder();
        for (int i = 0; i < Count; i++)
        {
            all.Append(Echo($"{i:D6}"));
        }

        Task sending = client.SendAsync(all.ToString());
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal("$6", await client.LineAsync());
            Assert.Equal($"{i:D6}", await client.LineAsync());
        }
        await sending;
    }

    [Fact]
    public async Task Bytes_that_come_one_by_one_are_a_command()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);

        foreach (char c in "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nva\r\nl\r\n")
        {
            await client.SendAsync(c.ToString());
        }

        Assert.Equal("+OK", await client.LineAsync());
        Assert.Equal("$5", await client.CallAsync("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"));
    }

    [Fact]
    public async Task Inline_commands_work_on_this_machine()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);

        await client.SendAsync("PI");
        Assert.Equal("+PONG", await client.CallAsync("NG\r\n"));
    }

    [Fact]
    public async Task A_large_value_comes_and_goes_whole()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);
        byte[] value = new byte[20 << 20];
        new Random(1).NextBytes(value);

        Task sending = Task.Run(async () =>
        {
            await client.SendAsync($"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n${value.Length}\r\n");
            await client.SendAsync(value);
            await client.SendAsync("\r\n*2\r\n$6\r\nSTRLEN\r\n$1\r\nk\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
        }, client.Patience);
        Assert.Equal("+OK", await client.LineAsync());
        Assert.Equal($":{value.Length}", await client.LineAsync());
        Assert.Equal($"${value.Length}", await client.LineAsync());
        Assert.True(await client.SkipAsync(value.Length + 2));
        await sending;
        Assert.Equal("+PONG", await client.CallAsync(Ping));
    }

    /// <summary>Lengths around what is received at once, one behind the other, in pieces of any size.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Long_values_of_many_clients_arrive_whole_wherever_they_are_cut(int seed)
    {
        int[] lengths = [0, 100, 15_000, 16_384, 32_700, 32_768, 50_000, 98_000, 131_000, 131_072, 140_000, 300_000];
        await using HengeNode node = await StartAsync(Kind);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(async number =>
        {
            var random = new Random((10 * seed) + number);
            using RawClient client = await RawClient.ConnectAsync(node);
            string[] values = [.. Enumerable.Range(0, 25).Select(_ =>
                new string(random.GetItems<char>("abcd", lengths[random.Next(lengths.Length)] + random.Next(3))))];
            string all = string.Concat(values.Select((value, i) =>
                $"*3\r\n$3\r\nSET\r\n$5\r\n{number}:{i:000}\r\n${value.Length}\r\n{value}\r\n"));
            for (int at = 0; at < all.Length;)
            {
                int length = Math.Min(all.Length - at, random.Next(random.Next(4) == 0 ? 200_000 : 20_000) + 1);
                await client.SendAsync(all.Substring(at, length));
                at += length;
            }
            for (int i = 0; i < values.Length; i++)
            {
                Assert.Equal("+OK", await client.LineAsync());
            }
            for (int i = 0; i < values.Length; i++)
            {
                Assert.Equal($"${values[i].Length}", await client.CallAsync($"GET {number}:{i:000}\r\n"));
                Assert.Equal(values[i], await client.LineAsync());
            }
        }));
    }

    [Fact]
    public async Task Quit_is_answered_and_closes()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);

        await client.SendAsync(Ping + "*1\r\n$4\r\nQUIT\r\n" + Ping);

        Assert.Equal("+PONG\r\n+OK\r\n", await client.RestAsync());
    }

    [Fact]
    public async Task A_framing_error_is_answered_and_closes()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);

        await client.SendAsync(Ping + "*A\r\n" + new string('x', 100_000));

        Assert.StartsWith("+PONG\r\n-ERR Protocol error", await client.RestAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_half_close_replies_still_come()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);

        await client.SendAsync(Ping + Ping + Echo("x") + "*2\r\n$4\r\nECHO\r\n$9\r\nhal");
        client.EndSending();

        Assert.Equal("+PONG\r\n+PONG\r\n$1\r\nx\r\n", await client.RestAsync());
        await UntilEmptyAsync(node, 0);
    }

    [Fact]
    public async Task A_reset_disturbs_nobody_else()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient other = await RawClient.ConnectAsync(node);
        Assert.Equal("+PONG", await other.CallAsync(Ping));

        for (int i = 0; i < 50; i++)
        {
            using RawClient client = await RawClient.ConnectAsync(node);
            await client.SendAsync(string.Concat(Enumerable.Repeat(Echo("hello"), 1 + (i * 20))));
            client.Reset();
        }

        Assert.Equal("+PONG", await other.CallAsync(Ping));
        await UntilEmptyAsync(node, 1);
    }

    [Fact]
    public async Task Connections_that_come_and_go_leave_nothing()
    {
        await using HengeNode node = await StartAsync(Kind);
        long before = await OpenAndCloseAsync(node, 50);

        long after = await OpenAndCloseAsync(node, 1000);

        Assert.InRange(after - before, -20, 20);
        Assert.Empty(node.Clients);
    }

    [Fact]
    public async Task One_client_too_many_is_told_so()
    {
        await using HengeNode node = await StartAsync(Kind, static o => o.Limits.MaxClients = 2);
        using RawClient first = await RawClient.ConnectAsync(node);
        using RawClient second = await RawClient.ConnectAsync(node);
        Assert.Equal("+PONG", await first.CallAsync(Ping));
        Assert.Equal("+PONG", await second.CallAsync(Ping));

        using RawClient operatorOfLoopback = await RawClient.ConnectAsync(node);
        Assert.Equal("+PONG", await operatorOfLoopback.CallAsync(Ping));
        using RawClient tooMany = await RawClient.ConnectAsync(node);

        Assert.Equal("-ERR max number of clients reached\r\n", await tooMany.RestAsync());
        Assert.Equal("+PONG", await first.CallAsync(Ping));
        Assert.Equal(1, node.Counters.ConnectionsRejected);
    }

    [Fact]
    public async Task Http_is_handed_over_with_all_its_bytes()
    {
        var sink = new RecordingSink();
        await using HengeNode node = await StartAsync(Kind, sink: sink);
        using RawClient client = await RawClient.ConnectAsync(node);

        await client.SendAsync("GET /get?ke");
        await client.SendAsync("y=a HTTP/1.1\r\nHost: x\r\n\r\n");
        using Socket socket = await sink.NextAsync(client.Patience);

        const string Request = "GET /get?key=a HTTP/1.1\r\nHost: x\r\n\r\n";
        byte[] received = new byte[Request.Length];
        int count = 0;
        while (count < received.Length)
        {
            count += await socket.ReceiveAsync(received.AsMemory(count), client.Patience);
        }
        Assert.Equal(Request, Encoding.ASCII.GetString(received));
        await socket.SendAsync("done\r\n"u8.ToArray(), client.Patience);
        Assert.Equal("done", await client.LineAsync());
        Assert.Empty(node.Clients);
        Assert.Equal(1, node.Counters.HttpConnections);
    }

    [Theory]
    [InlineData("\x16\x03\x01\x02\x00")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("Host: example\r\n")]
    public async Task What_is_not_served_is_closed_without_a_word(string bytes)
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);

        await client.SendAsync(bytes);

        Assert.Equal("", await client.RestAsync());
        Assert.Equal(1, node.Counters.ConnectionsRejected);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using HengeNode node = await StartAsync(Kind);
        await using var second = new HengeNode(new HengeOptions { Port = node.EndPoints[0].Port, Transport = Kind });

        HengeStartException error =
            await Assert.ThrowsAsync<HengeStartException>(() => second.StartAsync(CancellationToken.None));

        string taken = $"port {node.EndPoints[0].Port} on 127.0.0.1 is taken";
        Assert.StartsWith(taken, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
        Assert.False(second.Ready);
    }

    private static string Echo(string text) => $"*2\r\n$4\r\nECHO\r\n${text.Length}\r\n{text}\r\n";

    /// <summary>Waits, by asking over a connection of its own, until only so many clients are left.</summary>
    private static async Task UntilEmptyAsync(HengeNode node, int left)
    {
        using RawClient asking = await RawClient.ConnectAsync(node);
        do
        {
            Assert.Equal("+PONG", await asking.CallAsync(Ping));
        }
        while (node.Clients.Count > left + 1);
    }

    private static async Task<long> OpenAndCloseAsync(HengeNode node, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using RawClient client = await RawClient.ConnectAsync(node);
            Assert.Equal("+PONG", await client.CallAsync(Ping));
        }
        await UntilEmptyAsync(node, 0);
        await UntilAsync(() => node.Clients.Count == 0);
        return Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0;
    }
}
