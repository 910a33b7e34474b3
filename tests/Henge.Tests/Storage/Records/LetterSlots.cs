using Henge.Storage.Slots;

namespace Henge.Tests.Storage.Records;

/// <summary>Sixteen slots, by the sum of a key's bytes.</summary>
internal sealed class LetterSlots : ISlotFunction
{
    public const int Count = 16;

    public int SlotOf(ReadOnlySpan<byte> key)
    {
        int sum = 0;
        foreach (byte letter in key)
        {
            sum += letter;
        }
        return sum % Count;
    }
}
