using Henge.Storage.Entries;
using Henge.Storage.Slots;

namespace Henge.Storage.Drops;

/// <summary>Chooses what is in some slots.</summary>
internal readonly struct SlotDropFilter(SlotTable table, bool[] slots) : IDropFilter
{
    /// <inheritdoc/>
    public bool Expires => false;

    /// <inheritdoc/>
    public bool Drops(Entry entry) => slots[table.SlotOf(entry.Key)];
}
