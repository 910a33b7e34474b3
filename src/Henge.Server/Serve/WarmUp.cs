using System.Net;
using System.Net.Sockets;
using System.Text;

using Henge.AspNetCore.Hosting;

namespace Henge.Server.Serve;

/// <summary>
/// Runs every part of a request's way once before the node is ready, so that the first client does not wait while the
/// runtime compiles it. It does so on a node of its own, small and on a port nobody knows, so that nothing of it shows
/// in the real node's entries, counters or logs. It is bounded in time, and what goes wrong in it does no harm.
/// </summary>
internal static class WarmUp
{
    private const int Rounds = 40;
    private static readonly TimeSpan _limit = TimeSpan.FromMilliseconds(300);

    private static readonly byte[] _commands = Encoding.ASCII.GetBytes(
        "*2\r\n$3\r\nGET\r\n$1\r\na\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
        + "*5\r\n$3\r\nSET\r\n$1\r\nc\r\n$1\r\n1\r\n$2\r\nPX\r\n$4\r\n9999\r\n*2\r\n$4\r\nINCR\r\n$1\r\nc\r\n"
        + "*3\r\n$4\r\nMGET\r\n$1\r\na\r\n$1\r\nc\r\n*2\r\n$3\r\nTTL\r\n$1\r\nc\r\n*2\r\n$3\r\nDEL\r\n$1\r\na\r\n"
        + "*1\r\n$4\r\nPING\r\n");

    private static readonly byte[] _last = Encoding.ASCII.GetBytes("*2\r\n$4\r\nECHO\r\n$8\r\nwarm-end\r\n");

    private static readonly byte[] _requests = Encoding.ASCII.GetBytes(
        "PUT /v1/cache/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nb"
        + "GET /v1/cache/a HTTP/1.1\r\nHost: localhost\r\n\r\n"
        + "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    /// <summary>Warms up for at most 300 ms.</summary>
    /// <param name="transport">The way of serving that the real node will use.</param>
    public static async Task RunAsync(TransportKind transport)
    {
        using CancellationTokenSource limit = new(_limit);
        HengeNode node = new(new HengeOptions
        {
            Port = 0,
            Memory = HengeOptions.MinMemoryBytes,
            MaxValue = 1024 * 1024,
            Shards = 1,
            Loops = 1,
            Transport = transport,
        });
        HttpHost http = new(node);
        await using (node.ConfigureAwait(false))
        await using (http.ConfigureAwait(false))
        {
            try
            {
                await http.StartAsync(limit.Token).ConfigureAwait(false);
                await node.StartAsync(limit.Token).ConfigureAwait(false);
                await TalkAsync(node.EndPoints[0], limit.Token).ConfigureAwait(false);
                await node.StopAsync(limit.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is SocketException or HengeStartException or OperationCanceledException)
            {
                // A cold start is slower, not wrong; the real node says what is wrong with the machine.
            }
        }
    }

    private static async Task TalkAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        using (Socket redis = new(SocketType.Stream, ProtocolType.Tcp))
        {
            await redis.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < Rounds; i++)
            {
                await redis.SendAsync(_commands, cancellationToken).ConfigureAwait(false);
            }
            await redis.SendAsync(_last, cancellationToken).ConfigureAwait(false);
            await ReadUntilAsync(redis, "warm-end"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        }
        using Socket http = new(SocketType.Stream, ProtocolType.Tcp);
        await http.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
        await http.SendAsync(_requests, cancellationToken).ConfigureAwait(false);
        await ReadUntilAsync(http, [], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads until <paramref name="end"/> is in what came, or the other side closes.</summary>
    private static async Task ReadUntilAsync(Socket socket, byte[] end, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        while (true)
        {
            int read = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0 || (end.Length > 0 && buffer.AsSpan(0, read).IndexOf(end) >= 0))
            {
                return;
            }
        }
    }
}
