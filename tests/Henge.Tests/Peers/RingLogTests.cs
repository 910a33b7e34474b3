using Henge.Cluster;
using Henge.Peers;
using Henge.Peers.Doors;
using Henge.Protocol.Peers.Hellos;
using Henge.Tests.Snapshots;

using Xunit;

namespace Henge.Tests.Peers;

/// <summary>What people are told of links that fail.</summary>
public sealed class RingLogTests
{
    private const int PeerUnreachable = 1302;

    [Fact]
    public async Task A_peer_that_cannot_be_reached_is_told_of_once_and_not_at_all_by_a_node_that_leaves()
    {
        int told = 0;
        using var hook = new EventHook(PeerUnreachable, () => told++);
        await using var node = new HengeNode(new HengeOptions { Memory = 64 << 20 }, TimeProvider.System, hook);
        var log = new RingLog(node);
        Fail(log, "a:1");
        Fail(log, "a:1");
        Assert.Equal(1, told);
        log.IsLeaving = true;
        Fail(log, "b:1");
        Assert.Equal(1, told);
    }

    private static void Fail(RingLog log, string address) => log.DialFailed(
        new DialRequest(address, LinkKind.Control), DownReason.Refused, Refusal.None, isByPeer: false);
}
