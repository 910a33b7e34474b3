using System.Runtime.CompilerServices;

using Henge.Cluster;
using Henge.Cluster.Rings;
using Henge.Simulator.Nodes;
using Henge.Storage;

namespace Henge.Simulator.Checks;

/// <summary>Looks at every node once in a while, through both phases: what must hold at all times.</summary>
internal sealed class Watch(World world)
{
    private readonly ConditionalWeakTable<SimNode, Seen> _seen = [];
    private long _lastSnapshots;

    /// <summary>Looks once.</summary>
    public void Look()
    {
        foreach (SimNode node in world.Nodes)
        {
            CheckMemory(node);
            CheckView(node);
            CheckVersions(node);
        }
        if (world.IsStrict)
        {
            CheckOwners();
        }
    }

    private void CheckMemory(SimNode node)
    {
        StoreStatistics figures = node.Store.GetStatistics();
        // What is charged from outside has bounds of its own, and presses entries out with the next write.
        if (figures.UsedBytes > figures.LimitBytes + figures.ChargedBytes)
        {
            world.Fail("I21", $"{node} uses {figures.UsedBytes} of {figures.LimitBytes} bytes");
        }
    }

    // Every slot has as many distinct owners as there are copies, or members.
    private void CheckView(SimNode node)
    {
        Seen seen = _seen.GetOrCreateValue(node);
        RingView view = node.Published.View;
        if (ReferenceEquals(seen.View, view) || view.Members.Count == 0)
        {
            return;
        }
        seen.View = view;
        int copies = Math.Min(node.Host.Shape.Options.Copies, view.Members.Count);
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            ReadOnlySpan<ushort> places = view.CopiesOf(new Slot(slot));
            bool isGood = places.Length == copies;
            for (int i = 0; i < places.Length; i++)
            {
                isGood &= places[i] < view.Members.Count && !places[..i].Contains(places[i]);
            }
            if (!isGood)
            {
                world.Fail("I20", $"slot {slot} has copies [{string.Join(',', places.ToArray())}] in {node}'s view of "
                    + $"{view.Members.Count} members and {copies} copies");
            }
        }
    }

    // The version of a key never goes back at a store that held it all the time.
    private void CheckVersions(SimNode node)
    {
        Seen seen = _seen.GetOrCreateValue(node);
        bool hasForgotten = seen.Forgotten != node.TimesForgotten || world.Oracle.FlushVersion != seen.Flush;
        seen.Forgotten = node.TimesForgotten;
        seen.Flush = world.Oracle.FlushVersion;
        seen.Versions ??= new ulong[world.Keys.Count];
        long nowMs = node.Host.Clock.Now.UnixMs;
        for (int key = 0; key < seen.Versions.Length; key++)
        {
            ref ulong before = ref seen.Versions[key];
            RecordView record = RecordView.Of(node, world.Keys.Name(key), nowMs);
            if (record.Version != 0 && record.Version < before && !hasForgotten && !IsExpired(key, before))
            {
                world.FailUnlessEvicting(
                    "I14", $"key {key} at {node} went back from version {before:x} to {record}");
            }
            bool isNew = before != record.Version;
            before = record.Version;
            if (isNew && record.State == KeyState.Live
                && !world.Oracle[key].Knows(record.Version, record.ExpiresAtMs, record.ValueHash))
            {
                Change? change = world.Oracle[key].Find(record.Version);
                world.Fail(change is null ? "I16" : "I13",
                    $"key {key} at {node} is {record}, which nobody wrote; by version: {change}");
            }
        }
    }

    private bool IsExpired(int key, ulong version) => world.Oracle[key].Find(version) is not { } change
        || world.Oracle[key].IsForgotten(change, world.LatestUnixMs);

    // While nothing blurs ownership, no two lanes serve one slot.
    private void CheckOwners()
    {
        long snapshots = world.Nodes.Sum(static n => n.Lanes[0].Lane.Snapshot.Number);
        if (snapshots == _lastSnapshots)
        {
            return;
        }
        _lastSnapshots = snapshots;
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            SimNode? owner = null;
            foreach (SimNode node in world.Nodes)
            {
                if (node.Lanes[0].Lane.Snapshot.Access[slot] is not (SlotAccess.Serve or SlotAccess.Load))
                {
                    continue;
                }
                if (owner is not null && AreOneRing(owner, node))
                {
                    world.Fail("I8", $"both {owner} and {node} serve slot {slot}");
                }
                owner = node;
            }
        }
    }

    private static bool AreOneRing(SimNode a, SimNode b) =>
        a.Published.View.PlaceOf(b.Id) >= 0 && b.Published.View.PlaceOf(a.Id) >= 0;

    private sealed class Seen
    {
        public RingView? View { get; set; }

        public ulong[]? Versions { get; set; }

        public ulong Flush { get; set; }

        public int Forgotten { get; set; }
    }
}
