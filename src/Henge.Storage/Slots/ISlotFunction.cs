namespace Henge.Storage.Slots;

/// <summary>Tells the slot of a key. Storage knows no slots itself; implement it on a struct.</summary>
internal interface ISlotFunction
{
    /// <summary>The slot of <paramref name="key"/>, 0 or more.</summary>
    int SlotOf(ReadOnlySpan<byte> key);
}
