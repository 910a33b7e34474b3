using Henge.Storage;

namespace Henge.Cluster.Repairs.Digests;

/// <summary>Gives each entry to the request that wants its slot.</summary>
internal readonly struct DigestVisitor(DigestRequest?[] bySlot) : IRecordVisitor
{
    /// <inheritdoc/>
    public void Visit(in EntryRecord record)
    {
        int slot = Slot.Of(record.Key).Number;
        bySlot[slot]?.Add(slot, in record);
    }
}
