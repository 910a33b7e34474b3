using System.Net;
using System.Net.Sockets;
using System.Text;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class HttpHostTests
{
    [Fact]
    public async Task A_request_in_flight_is_finished_at_the_stop()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using HttpNode node = await HttpNode.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, node.Port, cancellation);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes("PUT /v1/cache/k HTTP/1.1\r\nHost: localhost\r\n"
                + "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n"),
            cancellation);
        byte[] asked = new byte["HTTP/1.1 100 Continue\r\n\r\n".Length];
        await stream.ReadExactlyAsync(asked, cancellation);
        Task stop = node.Host.StopAsync(cancellation);
        Assert.False(stop.IsCompleted);
        await stream.WriteAsync("last"u8.ToArray(), cancellation);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.StartsWith("HTTP/1.1 201", await reader.ReadToEndAsync(cancellation), StringComparison.Ordinal);
        await stop;
    }

    [Fact]
    public async Task Idle_connections_do_not_hold_up_the_stop()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, node.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        byte[] answer = new byte[12];
        await client.GetStream().ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        await node.Host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_stopped_host_takes_no_more_sockets()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.Host.StopAsync(TestContext.Current.CancellationToken);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.False(node.Host.TryTake(socket));
    }

    [Fact]
    public async Task A_long_value_that_changes_while_it_is_sent_is_cut_short_never_mixed()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using HttpNode node = await HttpNode.StartAsync(o => o.Memory = 512 << 20);
        const int Length = 32 << 20;
        await node.SendAsync(HttpMethod.Put, "/v1/cache/k", new ByteArrayContent(Filled(Length, (byte)'a')));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, node.Port, cancellation);
        await client.GetStream().WriteAsync(
            "GET /v1/cache/k HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellation);
        byte[] first = new byte[1];
        await client.GetStream().ReadExactlyAsync(first, cancellation);
        // The reader is far behind: socket buffers hold a few MB at most.
        await node.SendAsync(HttpMethod.Put, "/v1/cache/k", new ByteArrayContent(Filled(Length, (byte)'b')));
        var rest = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(rest, cancellation);
        }
        catch (IOException)
        {
            // Cut by a reset.
        }
        Assert.InRange(rest.Length, 0, Length - 1);
        ReadOnlySpan<byte> received = rest.GetBuffer().AsSpan(0, (int)rest.Length);
        int body = received.IndexOf("\r\n\r\n"u8) + 4;
        Assert.False(received[body..].ContainsAnyExcept((byte)'a'));
    }

    private static byte[] Filled(int length, byte value)
    {
        byte[] bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }
}
