using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Henge.Diagnostics;
using Henge.Server.Status;
using Henge.Tests.Peers.Rings;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.Discovery;

/// <summary>Nodes with real sockets, and a name server that the test is.</summary>
[Collection(TransportCollection.Name)]
public sealed class NodeDiscoveryTests
{
    private readonly ConcurrentDictionary<string, IPAddress[]> _names = new();

    [Fact]
    public async Task Nodes_that_find_a_name_with_nothing_behind_it_wait_and_then_form_one_ring()
    {
        await using HengeNode a = Start("127.0.0.1");
        await using HengeNode b = Start("127.0.0.2", PortOf(a));
        await TransportHost.UntilAsync(() => IsWaiting(a) && IsWaiting(b));
        Assert.False(a.Ready || b.Ready);

        _names["nodes"] = [IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.2")];

        await TransportHost.UntilAsync(() => a.Ready && b.Ready);
        Assert.Equal(2, LiveRing.RingOf(a).Snapshot.View.Members.Count);
        Assert.Equal(LiveRing.RingOf(a).Snapshot.View.Id, LiveRing.RingOf(b).Snapshot.View.Id);

        // The name names nobody any more, then only addresses that others have got: the ring stays.
        _names["nodes"] = [];
        await TransportHost.UntilAsync(() => a.Discovery.Status[0] is { IsUp: false });
        _names["nodes"] = [IPAddress.Parse("127.0.0.9")];
        await TransportHost.UntilAsync(() => a.Discovery.Status[0] is { IsUp: true, Addresses: 1 });
        Assert.Equal(2, LiveRing.RingOf(a).Snapshot.View.Members.Count);
    }

    [Fact]
    public async Task An_address_that_a_node_of_another_cluster_has_got_joins_nothing()
    {
        _names["nodes"] = [IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.3")];
        await using HengeNode a = Start("127.0.0.1");
        await using HengeNode stranger = Start("127.0.0.3", PortOf(a), cluster: "other");
        await TransportHost.UntilAsync(() => a.Ready && stranger.Ready);

        // The stranger's address goes first, then its own with it: it is named by all answers.
        _names["nodes"] = [IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.2")];
        await using HengeNode b = Start("127.0.0.2", PortOf(a));
        await TransportHost.UntilAsync(() => b.Ready && Members(a) == 2);

        Assert.Equal((2, 2, 1), (Members(a), Members(b), Members(stranger)));
    }

    [Fact]
    public async Task A_thousand_addresses_without_anybody_do_not_hide_a_ring()
    {
        await using HengeNode a = Start("127.0.0.1");
        await using HengeNode b = Start("127.0.0.2", PortOf(a));
        await TransportHost.UntilAsync(() => IsWaiting(a) && IsWaiting(b));

        _names["nodes"] =
        [
            .. Enumerable.Range(0, 1000).Select(static i => new IPAddress([127, 1, (byte)(i >> 8), (byte)i])),
            IPAddress.Parse("127.0.0.1"),
            IPAddress.Parse("127.0.0.2"),
        ];

        await TransportHost.UntilAsync(() => a.Ready && b.Ready && Members(a) == 2 && Members(b) == 2);
    }

    [Fact]
    public async Task Nodes_that_were_each_named_alone_are_one_ring_once_the_name_tells_of_both()
    {
        _names["a"] = [IPAddress.Parse("127.0.0.1")];
        _names["b"] = [IPAddress.Parse("127.0.0.2")];
        await using HengeNode a = Start("127.0.0.1", name: "a");
        await using HengeNode b = Start("127.0.0.2", PortOf(a), name: "b");
        await TransportHost.UntilAsync(() => a.Ready && b.Ready);
        Assert.Equal((1, 1), (Members(a), Members(b)));

        // One answer that names both is enough, and the name may name one alone again after that.
        _names["a"] = [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.1")];
        await TransportHost.UntilAsync(() => Members(a) == 2 && Members(b) == 2);
        _names["a"] = [IPAddress.Parse("127.0.0.1")];
        await TransportHost.UntilAsync(() => a.Discovery.Status[0] is { IsUp: true, Addresses: 1 });

        Assert.Equal((2, 2), (Members(a), Members(b)));
    }

    [Fact]
    public async Task The_platforms_resolver_is_asked_unless_told_otherwise()
    {
        var options = new HengeOptions { Port = 0, Memory = 64 << 20 };
        options.Discovery.Sources.Add("dns:localhost:9");
        options.Discovery.Sources.Add("dns:no-such-name.invalid");
        await using var node = new HengeNode(options);
        node.Start();

        await TransportHost.UntilAsync(() => node.Discovery.Status is [{ HasAnswered: true }, { Errors: > 0 }]);

        Assert.Equal("dns:localhost:9", node.Discovery.Status[0].Source);
        Assert.False(node.Ready);

        var info = new StringBuilder();
        RingSection.Write(info, node, node.NowMs);
        IReadOnlyList<StatusSource> shown = StatusReport.Parse(info.ToString()).Discovery;
        Assert.Equal(
            ["dns:localhost:9", "dns:no-such-name.invalid:7400"], shown.Select(static source => source.Source));
        Assert.True(shown[0] is { Up: true, Addresses: > 0, SinceAnswer: not null, Problem: "" }, $"{shown[0]}");
        Assert.True(shown[1] is { Up: false, Addresses: 0, SinceAnswer: null, Problem: not "" }, $"{shown[1]}");
    }

    private static bool IsWaiting(HengeNode node) => node.Discovery.Status is [{ IsUp: false, Errors: > 0 }];

    private static string PortOf(HengeNode node) => LiveRing.RingOf(node).Snapshot.Self.Address.Split(':')[1];

    private static int Members(HengeNode node) => LiveRing.RingOf(node).Snapshot.View.Members.Count;

    private HengeNode Start(string address, string port = "0", string cluster = "henge", string name = "nodes")
    {
        var options = new HengeOptions
        {
            Port = int.Parse(port, null),
            Memory = 64 << 20,
            Name = address,
            ClusterName = cluster,
            LeaveTimeout = TimeSpan.Zero,
        };
        options.Bind.Clear();
        options.Bind.Add(IPAddress.Parse(address));
        int listening = options.Port != 0 ? options.Port : FreePort();
        options.Port = listening;
        options.Discovery.Sources.Add($"dns:{name}:{listening}");
        var node = new HengeNode(options);
        node.Discovery.Lookup = (host, _) => _names.TryGetValue(host, out IPAddress[]? addresses)
            ? Task.FromResult(addresses)
            : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
        node.Start();
        return node;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
