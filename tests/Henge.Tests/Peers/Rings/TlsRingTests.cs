using Henge.Tests.Transport;
using Henge.Tests.Transport.Tls;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Peers.Rings;

/// <summary>Rings whose links run through TLS; each transport runs all of it.</summary>
[Collection(TransportCollection.Name)]
public sealed class TlsRingTests : IDisposable
{
    private const string Secret = "a secret of a few nodes";

    private readonly TestCertificates _certificates = new();

    public static TheoryData<TransportKind> Kinds =>
        OperatingSystem.IsLinux() ? [TransportKind.Sockets, TransportKind.Epoll] : [TransportKind.Sockets];

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nodes_find_each_other_and_answer_for_each_other(TransportKind kind)
    {
        _certificates.Sign("node").Dispose();
        await using LiveRing ring = await LiveRing.StartAsync(kind, 3, options =>
        {
            options.ClusterSecrets.Add(Secret);
            _certificates.Serve(options);
        });

        await WriteAndReadEverywhereAsync(ring);

        Assert.All(ring.Nodes, static node => Assert.True(Interlocked.Read(ref node.Counters.TlsConnections) > 0));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_node_shows_its_own_certificate_where_an_authority_is_named(TransportKind kind)
    {
        int signed = 0;
        await using LiveRing ring = await LiveRing.StartAsync(kind, 2, options =>
        {
            string name = $"node{++signed}";
            _certificates.Sign(name).Dispose();
            options.ClusterSecrets.Add(Secret);
            _certificates.Serve(options, name, asksClients: true);
        });

        Assert.Equal(2, ring.Nodes.Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_ring_goes_over_to_TLS_node_by_node(TransportKind kind)
    {
        _certificates.Sign("node").Dispose();
        int started = 0;
        await using LiveRing ring = await LiveRing.StartAsync(kind, 3, options =>
        {
            options.ClusterSecrets.Add(Secret);
            if (++started > 1)
            {
                _certificates.Serve(options);
                options.Security.AllowPlain = true;
            }
        });

        Assert.Equal(3, LiveRing.RingOf(ring.Nodes[0]).Snapshot.View.Members.Count);
        Assert.True(Interlocked.Read(ref ring.Nodes[2].Counters.TlsConnections) > 0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_node_of_a_foreign_authority_stays_out(TransportKind kind)
    {
        using var strangers = new TestCertificates();
        _certificates.Sign("node").Dispose();
        strangers.Sign("node").Dispose();
        await using LiveRing ring = await LiveRing.StartAsync(kind, 1, options =>
        {
            options.ClusterSecrets.Add(Secret);
            _certificates.Serve(options, asksClients: true);
        });
        await using HengeNode stranger = await TransportHost.StartAsync(kind, options =>
        {
            options.Name = "stranger";
            options.LeaveTimeout = TimeSpan.Zero;
            options.ClusterSecrets.Add(Secret);
            options.Peers.Add(LiveRing.AddressOf(ring.Nodes[0]));
            strangers.Serve(options, asksClients: true);
        });

        await TransportHost.UntilAsync(() => Interlocked.Read(ref stranger.Counters.TlsFailures) > 0);

        Assert.True(LiveRing.RingOf(ring.Nodes[0]).Snapshot.IsAlone);
    }

    private static async Task WriteAndReadEverywhereAsync(LiveRing ring)
    {
        using TlsClient client = await TlsClient.ConnectAsync(ring.Nodes[0]);
        string value = new('v', 300_000);
        for (int i = 0; i < 100; i++)
        {
            await client.SendAsync(Array("SET", $"k{i}", i % 20 == 0 ? value : $"v{i}"));
        }
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal("+OK", await client.LineAsync());
        }
        foreach (HengeNode node in ring.Nodes)
        {
            using TlsClient reader = await TlsClient.ConnectAsync(node);
            for (int i = 0; i < 100; i++)
            {
                await reader.CallAsync(Array("GET", $"k{i}"));
                Assert.Equal(i % 20 == 0 ? value : $"v{i}", await reader.LineAsync());
            }
        }
    }
}
