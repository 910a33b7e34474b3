using Henge.Cluster;
using Henge.Storage.Slots;

namespace Henge.Tests.Cluster.Handoffs;

/// <summary>Tells a store the slots of the ring.</summary>
internal sealed class KeySlots : ISlotFunction
{
    public int SlotOf(ReadOnlySpan<byte> key) => Slot.Of(key).Number;
}
