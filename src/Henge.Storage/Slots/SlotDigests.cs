using System.Buffers.Binary;

using Henge.Storage.Indexing;
using Henge.Storage.Visits;

namespace Henge.Storage.Slots;

/// <summary>
/// Sums, for each slot, a hash of key, version and expiry over the entries it visits: two nodes with the same entries
/// get the same sums in whatever order they visit. The hash has a fixed seed, unlike the store's own, because sums of
/// different nodes are compared; it guards against accident, not against an adversary, who could only hide a
/// difference in entries of his own. The value is left out: entries of one version have one value, but for versions
/// that two sides of a partition made alike.
/// </summary>
internal readonly struct SlotDigests<TSlots> : IEntryVisitor
    where TSlots : struct, ISlotFunction
{
    private static readonly KeyHasher Hasher = new(seed: 0x48656E6765);
    private readonly TSlots _slots;
    private readonly ulong[] _sums;
    private readonly long _expiringFromMs;

    /// <summary>Creates the visitor.</summary>
    /// <param name="slots">Tells the slot of a key.</param>
    /// <param name="sums">A place for each slot, which is added to.</param>
    /// <param name="expiringFromMs">
    /// Entries that expire before this are left out: they would be gone on one side and not yet on the other.
    /// </param>
    public SlotDigests(TSlots slots, ulong[] sums, long expiringFromMs = 0)
    {
        _expiringFromMs = expiringFromMs;
        _slots = slots;
        _sums = sums;
    }

    /// <inheritdoc/>
    public void Visit(in EntryView entry)
    {
        if (entry.ExpiresAtMs != 0 && entry.ExpiresAtMs < _expiringFromMs)
        {
            return;
        }
        Span<byte> words = stackalloc byte[3 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(words, Hasher.Hash(entry.Key));
        BinaryPrimitives.WriteUInt64LittleEndian(words[8..], entry.Version);
        BinaryPrimitives.WriteInt64LittleEndian(words[16..], entry.ExpiresAtMs);
        _sums[_slots.SlotOf(entry.Key)] += Hasher.Hash(words);
    }
}
