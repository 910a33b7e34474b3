using Henge.Cluster.Handoffs.Lineages;
using Henge.Storage;

namespace Henge.Cluster.Handoffs;

/// <summary>
/// Drops what this node has of slots of which it is no copy any more, once all copies have them; in passes over the
/// store, a bounded piece at a time. A slot whose drop has begun counts as not held. A slot that comes back while a
/// pass is under way is left alone from then on; what is left of it is known to be old.
/// </summary>
internal sealed class LeftoverSweeper
{
    private const int EntriesPerStep = 4096;

    private readonly Store _store;
    private readonly SlotTable _table;
    private readonly bool[] _slots = new bool[Slot.Count];
    private ulong _cursor;
    private int _count;

    /// <summary>Creates a sweeper with nothing to sweep.</summary>
    public LeftoverSweeper(Store store, SlotTable table) => (_store, _table) = (store, table);

    /// <summary>Whether a pass is under way.</summary>
    public bool IsSweeping { get; private set; }

    /// <summary>Begins a pass over the slots for which <paramref name="mayDrop"/> holds, if there are any.</summary>
    public bool Begin(Predicate<int> mayDrop)
    {
        _count = 0;
        for (int slot = 0; slot < _slots.Length; slot++)
        {
            _slots[slot] = mayDrop(slot);
            if (_slots[slot])
            {
                _table.BeginDrop(slot);
                _count++;
            }
        }
        _cursor = 0;
        IsSweeping = _count > 0;
        return IsSweeping;
    }

    /// <summary>This node is a copy of a slot again: what is there, or comes, stays.</summary>
    public void Spare(int slot) => _slots[slot] = false;

    /// <summary>Goes on; returns how many slots were dropped when the pass has come to its end, else 0.</summary>
    public int Step()
    {
        _cursor = _store.DropSlots(_cursor, EntriesPerStep, _slots);
        if (_cursor != 0)
        {
            return 0;
        }
        IsSweeping = false;
        for (int slot = 0; slot < _slots.Length; slot++)
        {
            if (_slots[slot])
            {
                _table.EndDrop(slot);
            }
        }
        return _count;
    }
}
