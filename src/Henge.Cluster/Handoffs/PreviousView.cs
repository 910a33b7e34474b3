using Henge.Cluster.Members;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs;

/// <summary>What the view before tells about the next one.</summary>
internal readonly struct PreviousView
{
    private readonly RingView _before;
    private readonly RingView _after;

    /// <summary>Compares two views from the side of one of their members.</summary>
    /// <param name="before">The view until now.</param>
    /// <param name="self">The member.</param>
    /// <param name="after">The next one.</param>
    /// <param name="meetsRing">Whether members are in the next one that may have been a ring of their own.</param>
    public PreviousView(RingView before, Member self, RingView after, bool meetsRing)
    {
        (_before, _after) = (before, after);
        int was = before.PlaceOf(self.Id);
        int will = after.PlaceOf(self.Id);
        IsUnbroken = was >= 0 && will >= 0
            && before.Members[was].Incarnation == after.Members[will].Incarnation
            && before.Members[was].Boot == after.Members[will].Boot;
        HasAll = IsUnbroken && !meetsRing;
    }

    /// <summary>
    /// Whether nobody can have thought in between that this node was away: its incarnation has not changed.
    /// </summary>
    public bool IsUnbroken { get; }

    /// <summary>
    /// Whether, besides, nobody was met who may have served the same slots in a ring that this node did not know.
    /// </summary>
    public bool HasAll { get; }

    /// <summary>Whether the slot's owner before is no member any more.</summary>
    public bool HasOwnerGone(int slot)
    {
        ReadOnlySpan<ushort> copies = _before.CopiesOf(new Slot(slot));
        return !copies.IsEmpty && _after.PlaceOf(_before.Members[copies[0]].Id) < 0;
    }

    /// <summary>Whether a copy of the slot is no member any more without having said goodbye.</summary>
    public bool HasCopyDied(int slot, IReadOnlyDictionary<MemberId, Member> members)
    {
        foreach (ushort place in _before.CopiesOf(new Slot(slot)))
        {
            MemberId id = _before.Members[place].Id;
            if (_after.PlaceOf(id) < 0
                && (!members.TryGetValue(id, out Member? now)
                    || (now.State is MemberState.Suspect or MemberState.Dead && now.Phase != MemberPhase.Leaving)))
            {
                return true;
            }
        }
        return false;
    }
}
