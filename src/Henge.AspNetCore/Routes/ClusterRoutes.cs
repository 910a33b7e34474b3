using Henge.AspNetCore.Json;
using Henge.AspNetCore.Replies;
using Henge.Cluster;
using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;
using Henge.Discovery;
using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>The ring as this node sees it.</summary>
internal sealed class ClusterRoutes
{
    private readonly HengeNode _node;

    internal ClusterRoutes(HengeNode node) => _node = node;

    /// <summary>Members, who holds how much, transfers under way.</summary>
    public async Task ClusterAsync(HttpContext context)
    {
        if (_node.Ring is not { } ring)
        {
            await Problems.NotReady.WriteAsync(context).ConfigureAwait(false);
            return;
        }
        ClusterStatus status = await ring.StatusAsync(context.RequestAborted).ConfigureAwait(false);
        await JsonReply.WriteAsync(context, Reply(ring.Snapshot, status), HttpJson.Default.ClusterReply)
            .ConfigureAwait(false);
    }

    /// <summary>Which members hold which slots.</summary>
    public Task SlotsAsync(HttpContext context) => _node.Ring is { } ring
        ? JsonReply.WriteAsync(context, Runs(ring.Snapshot.View), HttpJson.Default.ListClusterSlots)
        : Problems.NotReady.WriteAsync(context);

    /// <summary>The ring as JSON has it.</summary>
    public ClusterReply Reply(ClusterSnapshot snapshot, ClusterStatus status)
    {
        (int[] owned, int[] replicas) = Shares(status.View);
        return new ClusterReply
        {
            Name = _node.Options.Name,
            NodeId = _node.NodeIdText,
            Ready = _node.Ready,
            View = status.View.Id.ToString(),
            Views = status.Views,
            Copies = status.View.Copies,
            Slots = Slot.Count,
            LoadingSlots = status.LoadingSlots,
            MissesDueToTopology = status.TopologyMisses,
            Repaired = status.Repaired,
            Members = [.. status.Members.Select(member => Describe(member, snapshot, status, owned, replicas))],
            Discovery = [.. _node.Discovery.Status.Select(Describe)],
            Transfers = [.. status.Transfers.Select(transfer => Describe(transfer, status))],
        };
    }

    private static List<ClusterSlots> Runs(RingView view)
    {
        List<ClusterSlots> runs = [];
        int from = 0;
        for (int slot = 1; slot <= Slot.Count; slot++)
        {
            if (slot < Slot.Count && view.CopiesOf(new Slot(slot)).SequenceEqual(view.CopiesOf(new Slot(from))))
            {
                continue;
            }
            List<string> members = [];
            foreach (ushort place in view.CopiesOf(new Slot(from)))
            {
                members.Add(view.Members[place].Id.ToString());
            }
            runs.Add(new ClusterSlots { From = from, To = slot - 1, Members = members });
            from = slot;
        }
        return runs;
    }

    private static (int[] Owned, int[] Replicas) Shares(RingView view)
    {
        int[] owned = new int[view.Members.Count];
        int[] replicas = new int[view.Members.Count];
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            ReadOnlySpan<ushort> copies = view.CopiesOf(new Slot(slot));
            for (int i = 0; i < copies.Length; i++)
            {
                (i == 0 ? owned : replicas)[copies[i]]++;
            }
        }
        return (owned, replicas);
    }

    private static ClusterMember Describe(
        Member member, ClusterSnapshot snapshot, ClusterStatus status, int[] owned, int[] replicas)
    {
        int place = status.View.PlaceOf(member.Id);
        return new ClusterMember
        {
            Id = member.Id.ToString(),
            Name = member.Name,
            Address = member.Address,
            Zone = member.Zone,
            Weight = member.Weight,
            State = member.State.ToString().ToLowerInvariant(),
            Phase = member.Phase.ToString().ToLowerInvariant(),
            Self = member.Id == snapshot.Self.Id,
            OwnedSlots = place < 0 ? 0 : owned[place],
            ReplicaSlots = place < 0 ? 0 : replicas[place],
            RoundTripMicroseconds = status.RoundTripMicroseconds.TryGetValue(member.Id, out long trip) ? trip : null,
            ClockSkewMs = status.ClockSkewMs.TryGetValue(member.Id, out long skew) ? skew : null,
        };
    }

    private static ClusterSource Describe(SourceStatus source) => new()
    {
        Source = source.Source,
        Up = source.IsUp,
        Addresses = source.Addresses,
        AnsweredAtMs = source.AnsweredAtMs,
        Errors = source.Errors,
        Problem = source.Problem,
    };

    private static ClusterTransfer Describe(TransferStatus transfer, ClusterStatus status) => new()
    {
        Peer = status.Members.FirstOrDefault(member => member.Id == transfer.Peer)?.Name ?? transfer.Peer.ToString(),
        Direction = transfer.IsIncoming ? "in" : "out",
        Slots = transfer.Slots,
        Entries = transfer.Entries,
        Bytes = transfer.Bytes,
        Progress = Math.Round(transfer.Progress, 3),
    };
}
