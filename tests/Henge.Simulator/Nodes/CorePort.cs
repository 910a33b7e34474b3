using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Simulator.Network;

namespace Henge.Simulator.Nodes;

/// <summary>
/// What stands between a node's cluster core and the network: its control and bulk links. As the real node does, it
/// dials the control link when asked, and a bulk link for as long as that one is up.
/// </summary>
internal sealed class CorePort(World world, SimNode node) : IClusterHost
{
    private const long BulkRedialUs = 200_000;
    private readonly Dictionary<(MemberId, LinkKind), List<CoreLink>> _links = [];
    private readonly HashSet<string> _dialling = [];

    /// <inheritdoc/>
    public bool TrySend(MemberId to, LinkKind link, ReadOnlySpan<byte> message)
    {
        if (!_links.TryGetValue((to, link), out List<CoreLink>? links) || links.Count == 0)
        {
            return false;
        }
        CoreLink best = links.Find(static l => l.Dialled is not null) ?? links[0];
        world.Trace.Sent(node, best.Peer, link, message);
        return best.Connection.TrySend(best.End, message, world.Network.Conditions.QueueBytes);
    }

    /// <inheritdoc/>
    public void Dial(string address)
    {
        if (_dialling.Add(address))
        {
            world.Trace.Note(node, $"dials {address}");
            Network.Dial.Start(world, node, node.CoreThread, address, LinkKind.Control, 0, dialled =>
            {
                _dialling.Remove(address);
                Finish(address, dialled);
            });
        }
    }

    /// <inheritdoc/>
    public void Hangup(MemberId member)
    {
        // Superseded means that links with a newer boot are up already; those stay.
        BootId newest = Links(member).Select(l => l.Peer.Boot).DefaultIfEmpty().Max();
        bool hasOlder = Links(member).Any(l => l.Peer.Boot != newest);
        foreach (CoreLink link in Links(member).Where(l => !hasOlder || l.Peer.Boot != newest).ToArray())
        {
            link.Connection.Close(link.End, DownReason.Closed);
            node.CoreThread.Post(() => node.OnCore(now => Remove(link, DownReason.Closed, now)));
        }
        foreach (LanePort lane in node.Lanes)
        {
            lane.Thread.Post(() => lane.Hangup(member));
        }
    }

    /// <inheritdoc/>
    public void Publish(ClusterSnapshot snapshot) => node.Publish(snapshot);

    /// <inheritdoc/>
    public void Wake() => node.CoreThread.Post(() => node.OnCore(_ => node.Core.Coherence.Teller.Send()));

    /// <inheritdoc/>
    public void Report(ClusterEvent happened) => world.Reported(node, happened);

    /// <summary>A peer's dial has come through.</summary>
    public void Accepted(Member peer, LinkKind kind, SimConnection connection, LinkEnd end) =>
        Add(new CoreLink(peer, kind, null, connection, end));

    /// <summary>An own control or bulk link, for faults that need one; null for none.</summary>
    public CoreLink? AnyLink(LinkKind kind) =>
        _links.Where(p => p.Key.Item2 == kind).SelectMany(p => p.Value).MinBy(l => l.Connection.Number);

    private void Finish(string address, Dialled dialled)
    {
        if (dialled.Peer is null)
        {
            world.Trace.Note(node, $"dial of {address} failed: {dialled.Reason}");
            node.OnCore(now => node.Core.DialFailed(address, dialled.Reason, now));
            return;
        }
        var link = new CoreLink(dialled.Peer, LinkKind.Control, address, dialled.Connection!, dialled.End!);
        Add(link);
        DialBulk(link);
    }

    private void DialBulk(CoreLink control)
    {
        if (control.End.IsClosed || HasOwnBulk(control.Peer.Id))
        {
            return;
        }
        Network.Dial.Start(world, node, node.CoreThread, control.Dialled!, LinkKind.Bulk, 0, dialled =>
        {
            if (dialled.Peer is not null)
            {
                Add(new CoreLink(dialled.Peer, LinkKind.Bulk, control.Dialled, dialled.Connection!, dialled.End!));
            }
            else
            {
                node.CoreThread.PostAfter(BulkRedialUs, () => DialBulk(control));
            }
        });
    }

    private bool HasOwnBulk(MemberId peer) =>
        _links.TryGetValue((peer, LinkKind.Bulk), out List<CoreLink>? links)
        && links.Exists(static l => l.Dialled is not null);

    private void Add(CoreLink link)
    {
        BootId newest = Links(link.Peer.Id).Select(static l => l.Peer.Boot).DefaultIfEmpty().Max();
        if (link.Peer.Boot.CompareTo(newest) < 0)
        {
            // A process that was superseded, or a connection that took very long.
            link.Connection.Close(link.End, DownReason.Closed);
            return;
        }
        foreach (CoreLink old in Links(link.Peer.Id).Where(l => l.Peer.Boot != link.Peer.Boot).ToArray())
        {
            old.Connection.Close(old.End, DownReason.Closed);
            node.OnCore(now => Remove(old, DownReason.Reset, now));
        }
        if (!_links.TryGetValue((link.Peer.Id, link.Kind), out List<CoreLink>? links))
        {
            links = _links[(link.Peer.Id, link.Kind)] = [];
        }
        links.Add(link);
        node.OnCore(now => node.Core.LinkUp(link.Peer, link.Kind, link.Dialled, now));
        link.End.Bind(
            message => node.OnCore(now =>
            {
                world.Trace.Received(node, link.Peer, link.Kind, message);
                node.Core.Receive(link.Peer.Id, link.Kind, message, now);
            }),
            reason => node.OnCore(now => Remove(link, reason, now)));
    }

    private void Remove(CoreLink link, DownReason reason, Instant now)
    {
        List<CoreLink> links = _links[(link.Peer.Id, link.Kind)];
        if (!links.Remove(link))
        {
            return;
        }
        world.Trace.Note(node, $"lost {link.Kind} link with {link.Peer.Name}: {reason}");
        if (links.Count == 0)
        {
            node.Core.LinkDown(link.Peer.Id, link.Kind, reason, now);
        }
        if (link.Kind == LinkKind.Bulk && link.Dialled is not null)
        {
            CoreLink? control = _links.GetValueOrDefault((link.Peer.Id, LinkKind.Control))?
                .Find(static l => l.Dialled is not null);
            if (control is not null)
            {
                node.CoreThread.PostAfter(BulkRedialUs, () => DialBulk(control));
            }
        }
    }

    private IEnumerable<CoreLink> Links(MemberId member) =>
        (_links.GetValueOrDefault((member, LinkKind.Control)) ?? [])
            .Concat(_links.GetValueOrDefault((member, LinkKind.Bulk)) ?? []);
}
