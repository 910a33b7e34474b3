using Henge.Cluster.Rings;
using Henge.Simulator.Nodes;

namespace Henge.Simulator.Checks;

/// <summary>
/// Sees everything that first levels fetch and serve. What one serves was in its owner's store within the bound, by the
/// reader's clock, or that process has ended within it; and while each slot has one owner, nothing was acknowledged in
/// its place longer ago.
/// </summary>
internal sealed class KeptWatch(World world)
{
    // Clocks count milliseconds, and drift by 200 millionths at most.
    private const long SlackUs = 2000;
    private readonly List<KeptRead> _reads = [];

    /// <summary>Reads that a first level has served.</summary>
    public long Served { get; private set; }

    /// <summary>An owner is about to read a key for a first level: notes the interest, as it does first.</summary>
    public long Begin(SimNode owner, SimNode keeper, int key)
    {
        _reads.Add(new KeptRead
        {
            Owner = owner,
            Generation = owner.Core.Coherence.Teller.Track(keeper.Id, world.Keys.Name(key)),
            Changes = owner.FirstLevel!.ChangesOf(key).Count,
        });
        return _reads.Count - 1;
    }

    /// <summary>What an owner has read.</summary>
    public KeptRead Find(long number) => _reads[(int)number];

    /// <summary>A first level serves what it keeps.</summary>
    public void Serves(SimNode reader, int key, KeptRead read)
    {
        Served++;
        world.Hash.Add((long)read.Version);
        long since = world.Time.NowUs - (reader.Host.Shape.Options.CoherenceBoundMs * 1000L) - SlackUs;
        IReadOnlyList<long> changes = read.Owner.FirstLevel!.ChangesOf(key);
        long overAtUs = Math.Min(
            read.Changes < changes.Count ? changes[read.Changes] : long.MaxValue, read.Owner.EndedAtUs);
        if (overAtUs < since)
        {
            world.Fail("I29", $"the first level of {reader} serves version {read.Version:x} of key {key}, which "
                + $"{read.Owner} no longer had at {overAtUs / 1000} ms");
        }
        Ledger ledger = world.Oracle[key];
        if (world.IsStrict && ledger.AcknowledgedAt(since) is { } acked && read.Version < acked.Version
            && !ledger.IsAmnestied && !ledger.IsForgotten(acked, world.LatestUnixMs)
            && !world.Oracle.IsFlushed(acked))
        {
            world.FailUnlessEvicting("I29", $"the first level of {reader} serves version {read.Version:x} of key "
                + $"{key}, but {acked} had been acknowledged more than the bound before");
        }
    }

    /// <summary>All has converged, and nothing changed for longer than the bound: nothing current is stale.</summary>
    public void ExpectNoneStale()
    {
        foreach (SimNode node in world.Nodes.Where(static n => n.FirstLevel is not null))
        {
            foreach ((int key, KeptRead read) in node.FirstLevel!.Current())
            {
                RingView view = node.Published.View;
                SimNode owner = world.NodeOf(view.Members[view.CopiesOf(world.Keys.SlotOf(key))[0]])!;
                RecordView record = RecordView.Of(owner, world.Keys.Name(key), owner.Host.Clock.Now.UnixMs);
                if (record.Version > read.Version)
                {
                    world.Fail("I29", $"the first level of {node} would serve version {read.Version:x} of key {key} in "
                        + $"the end, but {owner} has {record}");
                }
            }
        }
    }
}
