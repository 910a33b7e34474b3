using Henge.Cluster;
using Henge.Storage.Visits;

namespace Henge.Commands.Cluster;

/// <summary>Counts the entries of one slot, and keeps the first keys of it.</summary>
internal struct SlotKeyCollector(Slot slot, int most) : IEntryVisitor
{
    /// <summary>Entries seen in the slot.</summary>
    public long Count { get; private set; }

    /// <summary>Their keys, as many as were wanted.</summary>
    public List<byte[]> Keys { get; } = [];

    /// <summary>Whether there are as many keys as were wanted; a count is never full.</summary>
    public readonly bool IsFull => most > 0 && Keys.Count >= most;

    /// <inheritdoc/>
    public void Visit(in EntryView entry)
    {
        if (Slot.Of(entry.Key) != slot)
        {
            return;
        }
        Count++;
        if (Keys.Count < most)
        {
            Keys.Add(entry.Key.ToArray());
        }
    }
}
