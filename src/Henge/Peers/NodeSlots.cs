using Henge.Cluster;
using Henge.Storage.Slots;

namespace Henge.Peers;

/// <summary>Tells the store the slots of the ring.</summary>
internal readonly struct NodeSlots : ISlotFunction
{
    /// <inheritdoc/>
    public int SlotOf(ReadOnlySpan<byte> key) => Slot.Of(key).Number;
}
