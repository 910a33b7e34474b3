using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs;

/// <summary>
/// Which copies of a slot have announced, in the view in force, that they have all of it. An announcement counts for
/// the drop of leftovers only when its sender had this node's holdings before it: then what is here was taken into
/// account.
/// </summary>
internal sealed class SettledBoard
{
    private SlotSet?[] _settled = [];
    private SlotSet?[] _knowing = [];

    /// <summary>Begins anew for a view.</summary>
    public void Begin(RingView view)
    {
        _settled = new SlotSet?[view.Members.Count];
        _knowing = new SlotSet?[view.Members.Count];
    }

    /// <summary>
    /// A member has slots; <paramref name="knowsMine"/> when it has taken this node's holdings into account.
    /// </summary>
    public void Add(int place, SlotSet slots, bool knowsMine)
    {
        AddTo(ref _settled[place], slots);
        if (knowsMine)
        {
            AddTo(ref _knowing[place], slots);
        }
    }

    /// <summary>Whether a member has said that it has a slot.</summary>
    public bool HasSettled(int place, int slot) => _settled[place]?.Contains(slot) ?? false;

    /// <summary>Whether all copies have a slot, and knew what is here.</summary>
    public bool AllHave(ReadOnlySpan<ushort> copies, int slot)
    {
        foreach (ushort place in copies)
        {
            if (!KnowsAndHas(place, slot))
            {
                return false;
            }
        }
        return copies.Length > 0;
    }

    /// <summary>Whether a member has a slot, and knew what is here.</summary>
    public bool KnowsAndHas(int place, int slot) => _knowing[place]?.Contains(slot) ?? false;

    private static void AddTo(ref SlotSet? set, SlotSet slots)
    {
        set ??= new SlotSet();
        for (int slot = slots.Next(0); slot >= 0; slot = slots.Next(slot + 1))
        {
            set.Add(slot);
        }
    }
}
