using System.Net;

using Henge.Cluster.Members;
using Henge.Peers;
using Henge.Tests.Transport;

namespace Henge.Tests.Peers.Rings;

/// <summary>Some nodes in this process that find each other over loopback.</summary>
internal sealed class LiveRing : IAsyncDisposable
{
    private readonly TransportKind _kind;
    private readonly Action<HengeOptions>? _configure;

    private LiveRing(TransportKind kind, Action<HengeOptions>? configure)
    {
        _kind = kind;
        _configure = configure;
    }

    public List<HengeNode> Nodes { get; } = [];

    public static async Task<LiveRing> StartAsync(
        TransportKind kind, int count, Action<HengeOptions>? configure = null)
    {
        var ring = new LiveRing(kind, configure);
        for (int i = 0; i < count; i++)
        {
            await ring.AddAsync();
        }
        await ring.AgreeAsync();
        return ring;
    }

    public async Task<HengeNode> AddAsync()
    {
        HengeNode node = await TransportHost.StartAsync(_kind, options =>
        {
            options.Memory = 64 << 20;
            options.Name = $"n{Nodes.Count + 1}";
            options.LeaveTimeout = TimeSpan.Zero;
            if (Nodes.Count > 0)
            {
                options.Peers.Add(AddressOf(Nodes[0]));
            }
            _configure?.Invoke(options);
        });
        Nodes.Add(node);
        return node;
    }

    /// <summary>Waits until every node sees all of them in one view, ready and with all links.</summary>
    public Task AgreeAsync() => TransportHost.UntilAsync(() =>
        Nodes.All(node => node.Ready && RingOf(node).Snapshot.View.Members.Count == Nodes.Count)
        && Nodes.Select(node => RingOf(node).Snapshot.View.Id).Distinct().Count() == 1);

    public static RingHost RingOf(HengeNode node) => (RingHost)node.Ring!;

    public static Member SelfOf(HengeNode node) => RingOf(node).Snapshot.Self;

    public static string AddressOf(HengeNode node) => $"{IPAddress.Loopback}:{node.EndPoints[0].Port}";

    public async ValueTask DisposeAsync()
    {
        foreach (HengeNode node in Nodes)
        {
            await node.DisposeAsync();
        }
    }
}
