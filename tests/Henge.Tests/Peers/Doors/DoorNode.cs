using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

using Henge.Cluster;
using Henge.Peers.Doors;
using Henge.Peers.Links;
using Henge.Protocol.Peers.Hellos;
using Henge.Tests.Protocol.Peers;

using Microsoft.Extensions.Logging.Abstractions;

using Xunit;

namespace Henge.Tests.Peers.Doors;

/// <summary>A node that is nothing but a door: it listens, dials, and remembers what came of it.</summary>
internal sealed class DoorNode : IDoorOwner, IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Hello _own;
    private readonly Thread _accepting;

    public DoorNode(Hello own, string? secret = null, bool isPortable = false)
    {
        _own = own with { HasSecret = secret is not null };
        byte[][] secrets = secret is null ? [] : [Encoding.UTF8.GetBytes(secret)];
        Door = new PeerDoor(
            this, () => secrets, TlsDialling.None, TimeProvider.System, isPortable, NullLogger.Instance);
        Door.Start();
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        // A thread of its own: the pool's may all be waiting for what is accepted here.
        _accepting = new Thread(Accept) { IsBackground = true };
        _accepting.Start();
    }

    public PeerDoor Door { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public string Address => $"127.0.0.1:{Port}";

    public BlockingCollection<MetPeer> MetPeers { get; } = [];

    public BlockingCollection<(DownReason Reason, Refusal Refusal, bool IsByPeer)> Failed { get; } = [];

    public BlockingCollection<Refusal> Strangers { get; } = [];

    public int SentAway { get; private set; }

    public Hello Describe(LinkKind kind) =>
        _own with { Link = (byte)kind, Nonce = RandomNumberGenerator.GetBytes(Hello.NonceBytes) };

    public void Met(MetPeer peer) => MetPeers.Add(peer);

    public void DialFailed(DialRequest request, DownReason reason, Refusal refusal, bool isByPeer) =>
        Failed.Add((reason, refusal, isByPeer));

    public void TurnedAway(IPEndPoint remote, Refusal why) => Strangers.Add(why);

    /// <summary>Two nodes whose link of a kind is up; the first has dialled.</summary>
    public static async Task<(MetPeer Dialled, MetPeer Accepted)> LinkAsync(string? secret = null)
    {
        await using var a = new DoorNode(Hellos.A, secret);
        await using var b = new DoorNode(Hellos.B, secret);
        a.Door.Dial(new DialRequest(b.Address, LinkKind.Control));
        return (Take(a.MetPeers), Take(b.MetPeers));
    }

    public static T Take<T>(BlockingCollection<T> from)
    {
        Assert.True(from.TryTake(out T? taken, TimeSpan.FromSeconds(30)));
        return taken;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _accepting.Join();
        await Door.StopAsync();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.Accept();
                if (!Door.TryAccept(socket))
                {
                    SentAway++;
                    socket.Dispose();
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener is closed.
        }
    }
}
