using Henge.Storage.Visits;

namespace Henge.Storage.Slots;

/// <summary>
/// Lets only the entries of some slots through to another visitor. Around a <see cref="Store.Scan"/> it iterates over
/// slots; one pass serves any number of them.
/// </summary>
internal struct SlotFilter<TSlots, TVisitor> : IEntryVisitor
    where TSlots : struct, ISlotFunction
    where TVisitor : struct, IEntryVisitor
{
    private readonly TSlots _slots;
    private readonly bool[] _wanted;

    /// <summary>The visitor that sees the entries.</summary>
    public TVisitor Visitor;

    /// <summary>Creates a filter; <paramref name="wanted"/> has a place for each slot.</summary>
    public SlotFilter(TSlots slots, bool[] wanted, TVisitor visitor)
    {
        _slots = slots;
        _wanted = wanted;
        Visitor = visitor;
    }

    /// <inheritdoc/>
    public void Visit(in EntryView entry)
    {
        if (_wanted[_slots.SlotOf(entry.Key)])
        {
            Visitor.Visit(in entry);
        }
    }
}
