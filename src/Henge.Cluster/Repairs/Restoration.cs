using Henge.Cluster.Handoffs;
using Henge.Cluster.Members;
using Henge.Cluster.Tags;
using Henge.Storage;

namespace Henge.Cluster.Repairs;

/// <summary>
/// What a node asks of its core when it reads back what an earlier run held (docs/snapshots.md). On the core's thread.
/// The records themselves are merged by another, into slots of which this node is a copy.
/// </summary>
internal sealed class Restoration(
    Store store, Membership membership, Handoff handoff, RingTags tags, TombstoneKeeper tombstones, LaneShared shared)
{
    /// <inheritdoc cref="Members.Rumours.Gossip.RingSinceMs"/>
    public long RingSinceMs => membership.RingSinceMs;

    /// <summary>What was invalidated.</summary>
    public TagTable Tags => tags.Table;

    /// <summary>
    /// Has everything written from now on get later versions than the earlier run gave, and nothing come back that it
    /// flushed or invalidated. False, and nothing is changed, when its versions are so far ahead that no clock follows.
    /// </summary>
    /// <param name="clock">The highest version that it gave.</param>
    /// <param name="flushVersion">Up to which version it flushed everything.</param>
    /// <param name="invalidated">Tags, and sets of them, with their versions.</param>
    /// <param name="tagFloor">Up to which version everything tagged is stale.</param>
    /// <param name="now">Now.</param>
    public bool TryBegin(
        ulong clock, ulong flushVersion, IReadOnlyList<TagVersion> invalidated, ulong tagFloor, Instant now)
    {
        if (!store.AdvanceClock(Math.Max(clock, flushVersion), now.UnixMs))
        {
            return false;
        }
        Flushed(flushVersion);
        tags.Table.RaiseFloor(tagFloor);
        foreach (TagVersion tag in invalidated)
        {
            tags.Table.Raise(tag.Tag, tag.Version);
        }
        return true;
    }

    /// <summary>A node that was alone has flushed everything: who meets it later does so as well.</summary>
    public void Flushed(ulong version) => membership.FlushVersion = Math.Max(membership.FlushVersion, version);

    /// <summary>All records are merged, or none will be: other copies are compared with what is here now.</summary>
    public void End()
    {
        tombstones.Restored();
        if (handoff.View.Members.Count < 2)
        {
            return;
        }
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (handoff.Duties[slot].Role == SlotRole.Owner)
            {
                shared.MarkDoubtful(new Slot(slot));
            }
        }
    }
}
