using System.Net;
using System.Net.Sockets;
using System.Text;

using Henge.Storage;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.AspNetCore;

/// <summary>Requests that a node begins to answer while it is alone, and ends when it has met another.</summary>
[Collection(TransportCollection.Name)]
public sealed class MeetingHttpTests
{
    [Fact]
    public async Task What_is_stored_when_others_have_come_is_on_its_copies_before_the_answer()
    {
        // A guard against a server that does not answer; no test waits for it.
        using var guard = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using HttpNode alone = await HttpNode.StartAsync(options => options.Name = "alone");
        (string Line, string Body, string Key)[] requests =
        [
            ("PUT /v1/cache/put", "value", "put"),
            ("POST /v1/cache/append:append", "value", "append"),
            ("POST /set", """{"key":"set","value":"value"}""", "set"),
            ("POST /v1/cache:mset", """{"entries":[{"key":"mset","text":"value"}]}""", "mset"),
        ];
        List<TcpClient> clients = [];
        foreach ((string line, string body, _) in requests)
        {
            clients.Add(await BeginAsync(alone, line, body, guard.Token));
        }
        await using HttpNode other = await HttpNode.StartAsync(options =>
        {
            options.Name = "other";
            options.Peers.Add($"127.0.0.1:{alone.Port}");
        });
        await TransportHost.UntilAsync(() => other.Node.Ready
            && alone.Node.Ring!.Snapshot is { IsAlone: false } here
            && other.Node.Ring!.Snapshot is { IsAlone: false } there
            && here.View.Id == there.View.Id && here.View.Members.Count == 2);
        for (int i = 0; i < requests.Length; i++)
        {
            using TcpClient client = clients[i];
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(requests[i].Body), guard.Token);
            Assert.StartsWith("HTTP/1.1 20", await LineAsync(stream, guard.Token), StringComparison.Ordinal);
            foreach (HttpNode node in new[] { alone, other })
            {
                using EntryScope entry = node.Node.Store.Open(
                    Encoding.ASCII.GetBytes(requests[i].Key), node.Node.NowMs);
                Assert.True(entry.Found, $"{requests[i].Line} on {node.Node.Options.Name}");
            }
        }
    }

    // Until the node has asked for the body, and so has looked whether it is alone.
    private static async Task<TcpClient> BeginAsync(
        HttpNode node, string line, string body, CancellationToken cancellationToken)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, node.Port, cancellationToken);
        NetworkStream stream = client.GetStream();
        string head = $"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {body.Length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancellationToken);
        Assert.Equal("HTTP/1.1 100 Continue", await LineAsync(stream, cancellationToken));
        Assert.Equal("", await LineAsync(stream, cancellationToken));
        return client;
    }

    private static async Task<string> LineAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (true)
        {
            await stream.ReadExactlyAsync(one, cancellationToken);
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }
            line.Append((char)one[0]);
        }
    }
}
