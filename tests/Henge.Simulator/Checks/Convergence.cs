using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;
using Henge.Simulator.Nodes;
using Henge.Storage;

namespace Henge.Simulator.Checks;

/// <summary>
/// What must come to hold once nothing is wrong any more: one ring of all that live, everything settled, all copies of
/// each slot the same, and nobody else holding any of it.
/// </summary>
internal sealed class Convergence(World world)
{
    /// <summary>What does not hold yet, in words; null when all does.</summary>
    public string? Missing()
    {
        SimHost? waited = world.Hosts.FirstOrDefault(
            h => h.Node is null or { IsLeaving: true } && !world.Plan.StaysAway.Contains(h.Index));
        if (waited is not null)
        {
            return $"{waited.Address} waits for its node";
        }
        SimNode[] nodes = [.. world.Nodes.Where(static n => !n.IsLeaving)];
        if (nodes.Length == 0)
        {
            return null;
        }
        return MissingFromViews(nodes) ?? MissingFromSlots(nodes) ?? MissingFromLanes(nodes)
            ?? MissingFromTags(nodes) ?? MissingFromData(nodes);
    }

    /// <summary>Whether all that live form one settled ring, whatever is in their stores.</summary>
    public string? MissingFromRing()
    {
        SimNode[] nodes = [.. world.Nodes.Where(static n => !n.IsLeaving)];
        return nodes.Length == 0 ? null : MissingFromViews(nodes) ?? MissingFromSlots(nodes);
    }

    /// <summary>Whether all that live agree on one view of them all.</summary>
    public string? MissingFromViews()
    {
        SimNode[] nodes = [.. world.Nodes.Where(static n => !n.IsLeaving)];
        return nodes.Length == 0 ? null : MissingFromViews(nodes);
    }

    private static string? MissingFromViews(SimNode[] nodes)
    {
        RingView first = nodes[0].Published.View;
        foreach (SimNode node in nodes)
        {
            RingView view = node.Published.View;
            if (view.Id != first.Id)
            {
                return $"I19: {nodes[0]} has view {first.Id} of {Names(first)}, {node} has {view.Id} of {Names(view)}";
            }
            bool isIn = view.PlaceOf(node.Id) is >= 0 and var place && view.Members[place].Boot == node.Boot;
            if (isIn != node.Host.Shape.Weight > 0)
            {
                return $"I7: {node} is {(isIn ? "" : "not ")}in the view of {Names(view)}";
            }
        }
        int members = nodes.Count(static n => n.Host.Shape.Weight > 0);
        return first.Members.Count == members ? null : $"I19: the view is of {Names(first)}, {members} live";
    }

    private static string? MissingFromSlots(SimNode[] nodes)
    {
        foreach (SimNode node in nodes)
        {
            int loading = node.Core.Status(node.Host.Clock.Now).LoadingSlots;
            if (node.Unsettled + loading > 0)
            {
                return $"{node} still has {node.Unsettled} slots not served or left over, and {loading} loading";
            }
        }
        return null;
    }

    private static string? MissingFromLanes(SimNode[] nodes) =>
        nodes.FirstOrDefault(static n => n.Lanes.Any(static l => l.Lane.IsBusy)) is { } node
            ? $"a lane of {node} is still busy" : null;

    private static string? MissingFromTags(SimNode[] nodes) =>
        nodes.FirstOrDefault(n => n.Core.Tags.Table.Digest != nodes[0].Core.Tags.Table.Digest) is { } node
            ? $"I6: {node} has other tags than {nodes[0]}" : null;

    private string? MissingFromData(SimNode[] nodes)
    {
        if (world.HasEvicted())
        {
            return null;
        }
        RingView view = nodes[0].Published.View;
        for (int key = 0; key < world.Keys.Count; key++)
        {
            Slot slot = world.Keys.SlotOf(key);
            RecordView? expected = null;
            SimNode? holder = null;
            foreach (ushort place in view.CopiesOf(slot))
            {
                SimNode copy = world.NodeOf(view.Members[place])!;
                RecordView record = Live(copy, key);
                if (expected is { } other && !AreEqual(other, record))
                {
                    return $"I6: key {key} is {other} at {holder} and {record} at {copy}";
                }
                expected = record;
                holder = copy;
            }
            foreach (SimNode node in nodes)
            {
                if (!IsCopy(view, slot, node.Id) && Live(node, key) is { State: KeyState.Live } record)
                {
                    return $"{node} holds key {key} ({record}) without being one of its copies";
                }
            }
        }
        return null;
    }

    private RecordView Live(SimNode node, int key) =>
        RecordView.Of(node, world.Keys.Name(key), node.Host.Clock.Now.UnixMs);

    // A tombstone may be gone at one and not at the other; what expires is gone where the clock is ahead.
    private bool AreEqual(RecordView a, RecordView b)
    {
        if (a.State == KeyState.Live && b.State == KeyState.Live)
        {
            return a.Version == b.Version && a.ExpiresAtMs == b.ExpiresAtMs && a.ValueHash == b.ValueHash;
        }
        return (a.State != KeyState.Live || IsExpiring(a)) && (b.State != KeyState.Live || IsExpiring(b));
    }

    private bool IsExpiring(RecordView record) =>
        record.ExpiresAtMs != 0 && record.ExpiresAtMs <= world.LatestUnixMs;

    private static bool IsCopy(RingView view, Slot slot, MemberId id)
    {
        foreach (ushort place in view.CopiesOf(slot))
        {
            if (view.Members[place].Id == id)
            {
                return true;
            }
        }
        return false;
    }

    private static string Names(RingView view) => $"[{string.Join(' ', view.Members.Select(static m => m.Name))}]";
}
