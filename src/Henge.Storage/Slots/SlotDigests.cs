using System.Buffers.Binary;

using Henge.Storage.Indexing;

namespace Henge.Storage.Slots;

/// <summary>
/// Sums, for each slot, a hash of key, version and expiry over the entries it visits: two nodes with the same entries
/// get the same sums in whatever order they visit. The hash has a fixed seed, unlike the store's own, because sums of
/// different nodes are compared; it guards against accident, not against an adversary, who could only hide a
/// difference in entries of his own.
/// </summary>
internal readonly struct SlotDigests<TSlots> : IEntryVisitor
    where TSlots : struct, ISlotFunction
{
    private static readonly KeyHasher Hasher = new(seed: 0x48656E6765);
    private readonly TSlots _slots;
    private readonly ulong[] _sums;

    /// <summary>Creates the visitor; <paramref name="sums"/> has a place for each slot and is added to.</summary>
    public SlotDigests(TSlots slots, ulong[] sums)
    {
        _slots = slots;
        _sums = sums;
    }

    /// <inheritdoc/>
    public void Visit(in EntryView entry)
    {
        Span<byte> words = stackalloc byte[3 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(words, Hasher.Hash(entry.Key));
        BinaryPrimitives.WriteUInt64LittleEndian(words[8..], entry.Version);
        BinaryPrimitives.WriteInt64LittleEndian(words[16..], entry.ExpiresAtMs);
        _sums[_slots.SlotOf(entry.Key)] += Hasher.Hash(words);
    }
}
