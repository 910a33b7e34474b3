using Henge.Cluster.Handoffs.Lineages;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs;

/// <summary>What follows from duties, announcements and what is here: who has all of what.</summary>
internal sealed class Completeness
{
    private readonly SlotTable _table;
    private readonly DutyRoster _duties;
    private readonly SettledBoard _board;
    private (long Duties, long Board) _seen = (-1, -1);
    private bool _isInSync;

    /// <summary>Looks at tables that others change.</summary>
    public Completeness(SlotTable table, DutyRoster duties, SettledBoard board) =>
        (_table, _duties, _board) = (table, duties, board);

    /// <summary>Whether this node has, or gathers, anything of a slot.</summary>
    public bool Holds(int slot) => !_table.At(slot).IsNone || _duties[slot].Role != SlotRole.None;

    /// <summary>Whether all copies of a slot, this node among them, have said that they have all of it.</summary>
    public bool IsEverywhere(RingView view, int slot)
    {
        foreach (ushort place in view.CopiesOf(new Slot(slot)))
        {
            if (!_board.HasSettled(place, slot))
            {
                return false;
            }
        }
        return _duties[slot].IsSettled;
    }

    /// <summary>
    /// Whether this node has anything of a slot that it does not own and whose owner has not all yet.
    /// </summary>
    public bool IsLeftover(RingView view, int slot)
    {
        ReadOnlySpan<ushort> copies = view.CopiesOf(new Slot(slot));
        return _duties[slot].Role != SlotRole.Owner && Holds(slot)
            && (copies.IsEmpty || !_board.HasSettled(copies[0], slot));
    }

    /// <summary>
    /// Whether everything is here that this node is to hold, and every other copy of what it holds has it as well:
    /// until then somebody may still have to learn what is deleted here.
    /// </summary>
    /// <param name="view">The view in force.</param>
    /// <param name="version">Changes whenever the answer may.</param>
    public bool IsInSync(RingView view, (long Duties, long Board) version)
    {
        if (_seen != version)
        {
            _seen = version;
            _isInSync = true;
            for (int slot = 0; slot < Slot.Count && _isInSync; slot++)
            {
                _isInSync = _duties[slot].Role != SlotRole.None ? IsEverywhere(view, slot) : _table.At(slot).IsNone;
            }
        }
        return _isInSync;
    }

    /// <summary>
    /// Whether the copies of the view in force have everything that is here, so that a node that is none may go.
    /// </summary>
    public bool IsHandedOver(RingView view)
    {
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            ReadOnlySpan<ushort> copies = view.CopiesOf(new Slot(slot));
            if (!_table.At(slot).IsNone && !copies.IsEmpty && !_board.AllHave(copies, slot))
            {
                return false;
            }
        }
        return true;
    }
}
