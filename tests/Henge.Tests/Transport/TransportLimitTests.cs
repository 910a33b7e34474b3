using System.Globalization;
using System.Text;

using Henge.Sessions;
using Henge.Transport.Connections;

using Xunit;

using static Henge.Tests.Transport.TransportHost;

namespace Henge.Tests.Transport;

/// <summary>What every transport does when clients are slow, greedy or cut off, and when the node stops.</summary>
public abstract class TransportLimitTests
{
    protected abstract TransportKind Kind { get; }

    [Fact]
    public async Task A_reader_that_never_reads_is_held_then_closed_and_disturbs_nobody()
    {
        await using HengeNode node = await StartAsync(
            Kind, static o => o.Limits.DeadPeerTimeout = TimeSpan.FromSeconds(1));
        using RawClient other = await RawClient.ConnectAsync(node);
        using RawClient greedy = await RawClient.ConnectAsync(node, receiveBuffer: 4096);
        string value = new('v', 1 << 20);
        Assert.Equal("+OK", await other.CallAsync($"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n${value.Length}\r\n{value}\r\n"));
        long before = node.Store.GetStatistics().ChargedBytes;

        await greedy.SendAsync(string.Concat(Enumerable.Repeat("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", 500)));
        long most = 0;
        while (node.Clients.Count == 2)
        {
            most = Math.Max(most, node.Clients.Max(static session => session.Connection.PendingOutputBytes));
            Assert.Equal("+PONG", await other.CallAsync(Ping));
        }

        Assert.InRange(most, 1, 4 << 20);
        await UntilAsync(() => node.Store.GetStatistics().ChargedBytes <= before);
    }

    [Fact]
    public async Task Who_is_silent_holds_no_buffer_however_busy_it_was()
    {
        const int Clients = 16;
        await using HengeNode node = await StartAsync(Kind);
        long idle = node.Store.GetStatistics().ChargedBytes + (Clients * ConnectionHost.ConnectionBytes);
        var clients = new List<RawClient>();
        for (int i = 0; i < Clients; i++)
        {
            clients.Add(await RawClient.ConnectAsync(node));
        }

        for (int round = 0; round < 200; round++)
        {
            await Task.WhenAll(clients.Select(PingTenTimesAsync));
            await UntilAsync(() => node.Store.GetStatistics().ChargedBytes <= idle);
        }

        clients.ForEach(static client => client.Dispose());

        static async Task PingTenTimesAsync(RawClient client)
        {
            for (int i = 0; i < 10; i++)
            {
                Assert.Equal("+PONG", await client.CallAsync(Ping));
            }
        }
    }

    [Fact]
    public async Task Pushes_that_nobody_reads_end_at_the_hard_limit()
    {
        await using HengeNode node = await StartAsync(Kind, static o => o.MaxValue = 1 << 20);
        using RawClient client = await RawClient.ConnectAsync(node, receiveBuffer: 4096);
        Assert.Equal("+PONG", await client.CallAsync(Ping));
        RespSession session = node.Clients.Single();
        byte[] push = new byte[1 << 20];

        for (int i = 0; i < 200; i++)
        {
            session.Connection.Push(push);
        }

        await UntilAsync(() => node.Clients.Count == 0);
        Assert.Equal(1, node.Counters.OutputLimitCloses);
        await UntilAsync(() => session.Connection.PendingOutputBytes == 0);
    }

    [Fact]
    public async Task Pushes_keep_their_order_and_split_no_reply()
    {
        const int Count = 5_000;
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);
        Assert.Equal("+PONG", await client.CallAsync(Ping));
        RespSession session = node.Clients.Single();

        Task pushing = Task.Run(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                session.Connection.Push(Encoding.ASCII.GetBytes($">{i}\r\n"));
            }
        }, client.Patience);
        Task sending = client.SendAsync(string.Concat(Enumerable.Range(0, Count).Select(i => $"ECHO {i}\r\n")));
        int pushed = 0;
        int replied = 0;
        while (pushed < Count || replied < Count)
        {
            string line = (await client.LineAsync())!;
            if (line[0] == '>')
            {
                Assert.Equal(pushed++, int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture));
            }
            else
            {
                Assert.Equal(replied++, int.Parse((await client.LineAsync())!, CultureInfo.InvariantCulture));
            }
        }
        await pushing;
        await sending;
    }

    [Fact]
    public async Task What_is_pushed_before_a_close_is_sent()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);
        Assert.Equal("+PONG", await client.CallAsync(Ping));
        RespSession session = node.Clients.Single();

        session.Connection.Push("last words\r\n"u8.ToArray());
        session.Connection.Close(afterPendingOutput: true);

        Assert.Equal("last words\r\n", await client.RestAsync());
    }

    [Fact]
    public async Task A_connection_can_be_closed_from_elsewhere()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);
        Assert.Equal("+PONG", await client.CallAsync(Ping));

        node.Clients.Single().Connection.Close(afterPendingOutput: false);

        Assert.Equal("", await client.RestAsync());
        await UntilAsync(() => node.Clients.Count == 0);
    }

    [Fact]
    public async Task Half_a_command_is_given_up_and_an_idle_client_is_not()
    {
        var clock = new ManualClock();
        await using HengeNode node = await StartAsync(Kind, clock: clock);
        using RawClient idle = await RawClient.ConnectAsync(node);
        using RawClient silent = await RawClient.ConnectAsync(node);
        using RawClient slow = await RawClient.ConnectAsync(node);
        Assert.Equal("+PONG", await idle.CallAsync(Ping));
        Assert.Equal("+PONG", await slow.CallAsync(Ping + "*2\r\n$4\r\nECHO"));
        await UntilAsync(() => node.Clients.Count == 3 && node.Counters.InputBytes == (2 * Ping.Length) + 12);

        clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal("", await slow.RestAsync());
        Assert.Equal("+PONG", await idle.CallAsync(Ping));
        Assert.Equal("+PONG", await silent.CallAsync(Ping));
        Assert.Equal(1, node.Counters.InputLimitCloses);
    }

    [Fact]
    public async Task First_bytes_that_never_say_what_they_are_are_given_up()
    {
        await using HengeNode node = await StartAsync(Kind, static o =>
            o.Limits.DetectionTimeout = TimeSpan.FromMilliseconds(50));
        using RawClient client = await RawClient.ConnectAsync(node);

        await client.SendAsync("GET /");

        Assert.Equal("", await client.RestAsync());
    }

    [Fact]
    public async Task Who_does_not_show_the_password_in_time_is_closed()
    {
        var clock = new ManualClock();
        await using HengeNode node = await StartAsync(Kind, static o => o.Password = "secret", clock);
        using RawClient stranger = await RawClient.ConnectAsync(node);
        using RawClient friend = await RawClient.ConnectAsync(node);
        Assert.Equal("+OK", await friend.CallAsync("AUTH secret\r\n"));
        Assert.StartsWith("-NOAUTH", await stranger.CallAsync(Ping), StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal("", await stranger.RestAsync());
        Assert.Equal("+PONG", await friend.CallAsync(Ping));
    }

    [Fact]
    public async Task Buffers_of_all_clients_together_are_bounded()
    {
        await using HengeNode node = await StartAsync(Kind, static o => o.Limits.BufferBytes = 1 << 20);
        using RawClient other = await RawClient.ConnectAsync(node);
        using RawClient client = await RawClient.ConnectAsync(node);

        Task sending = Task.Run(async () =>
        {
            try
            {
                await client.SendAsync("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$8000000\r\n" + new string('v', 8_000_000));
            }
            catch (System.Net.Sockets.SocketException)
            {
                // Closed in the middle: that is the point.
            }
        }, client.Patience);

        Assert.Equal("", await client.RestAsync());
        await sending;
        Assert.Equal("+PONG", await other.CallAsync(Ping));
    }

    [Fact]
    public async Task A_pause_holds_commands_until_it_ends()
    {
        await using HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);
        Assert.Equal("+PONG", await client.CallAsync(Ping));
        node.Pause.Until(node.NowMs + 3_600_000, writesOnly: false);

        await client.SendAsync("GET a\r\nGET b\r\n");
        await UntilAsync(() => node.Clients.Single().IsPaused);
        node.Pause.End();

        Assert.Equal("$-1", await client.LineAsync());
        Assert.Equal("$-1", await client.LineAsync());
    }

    [Fact]
    public async Task A_stop_answers_what_was_sent_before()
    {
        const int Count = 1_000;
        HengeNode node = await StartAsync(Kind);
        using RawClient client = await RawClient.ConnectAsync(node);
        using RawClient idle = await RawClient.ConnectAsync(node);
        Assert.Equal("+PONG", await client.CallAsync(Ping));

        await client.SendAsync(string.Concat(Enumerable.Repeat(Ping, Count)));
        await node.StopAsync(CancellationToken.None);

        Assert.Equal(string.Concat(Enumerable.Repeat("+PONG\r\n", Count)), await client.RestAsync());
        Assert.Equal("", await idle.RestAsync());
        Assert.Empty(node.Clients);
        Assert.False(node.Ready);
        await node.DisposeAsync();
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_ever()
    {
        HengeNode node = await StartAsync(Kind, static o => o.Limits.StopTimeout = TimeSpan.FromMilliseconds(100));
        using RawClient stuck = await RawClient.ConnectAsync(node, receiveBuffer: 4096);
        Assert.Equal("+PONG", await stuck.CallAsync(Ping));
        node.Clients.Single().Connection.Push(new byte[16 << 20]);

        await node.StopAsync(CancellationToken.None);

        Assert.Empty(node.Clients);
        await node.DisposeAsync();
    }
}
