using Henge.Tests.Server;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.Peers.Rings;

/// <summary>The cluster's secret is changed without a restart; each transport runs all of it.</summary>
[Collection(TransportCollection.Name)]
public sealed class SecretRotationTests
{
    public static TheoryData<TransportKind> Kinds =>
        OperatingSystem.IsLinux() ? [TransportKind.Sockets, TransportKind.Epoll] : [TransportKind.Sockets];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_secret_of_a_ring_is_changed_while_it_runs(TransportKind kind)
    {
        using var first = new TemporaryFile("the old secret\n");
        using var second = new TemporaryFile("the old secret\n");
        string[] paths = [first.Path, second.Path];
        int started = 0;
        await using LiveRing ring = await LiveRing.StartAsync(
            kind, 2, options => options.Security.ClusterSecretFile = paths[started++ % 2]);

        foreach (string secrets in new[] { "the old secret\nthe new secret\n", "the new secret\nthe old secret\n" })
        {
            for (int i = 0; i < paths.Length; i++)
            {
                await File.WriteAllTextAsync(paths[i], secrets, TestContext.Current.CancellationToken);
                ring.Nodes[i].Secrets.Refresh(all: true);
            }
        }
        foreach (HengeNode node in ring.Nodes)
        {
            await File.WriteAllTextAsync(
                paths[ring.Nodes.IndexOf(node)], "the new secret\n", TestContext.Current.CancellationToken);
            node.Secrets.Refresh(all: true);
        }
        await using HengeNode late = await TransportHost.StartAsync(kind, options =>
        {
            options.Name = "late";
            options.LeaveTimeout = TimeSpan.Zero;
            options.ClusterSecrets.Add("the new secret");
            options.Peers.Add(LiveRing.AddressOf(ring.Nodes[0]));
        });

        await TransportHost.UntilAsync(() => LiveRing.RingOf(ring.Nodes[1]).Snapshot.View.Members.Count == 3);
    }
}
