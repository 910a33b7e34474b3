using Henge.Cluster;
using Henge.Storage.Slots;

namespace Henge.Simulator.Nodes;

/// <summary>The slots of the ring, as the store asks for them.</summary>
internal readonly struct SimSlots : ISlotFunction
{
    public int SlotOf(ReadOnlySpan<byte> key) => Slot.Of(key).Number;
}
