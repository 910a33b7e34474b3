using Henge.Cluster.Members;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Repairs.Digests;

/// <summary>
/// Sums that are wanted over the entries of some slots. Tombstones are left out, since nodes purge them at different
/// times; so is what expires soon, and what was written after the round began: two nodes never look at one moment.
/// </summary>
internal sealed class DigestRequest
{
    /// <summary>The owner that wants to compare; null when that is this node.</summary>
    public required MemberId? Owner { get; init; }

    /// <summary>The owner's number for it.</summary>
    public required uint Round { get; init; }

    /// <summary>Entries of higher versions do not count, unless they are from the future.</summary>
    public required ulong MaxVersion { get; init; }

    /// <summary>Entries that expire earlier do not count.</summary>
    public required long MinExpiryMs { get; init; }

    /// <summary>The slots.</summary>
    public SlotSet Slots { get; } = new();

    /// <summary>The sums of this node, by slot.</summary>
    public ulong[] Sums { get; } = new ulong[Slot.Count];

    /// <summary>The sums of the owner, by slot, when that is another.</summary>
    public ulong[]? Theirs { get; init; }

    /// <summary>Adds an entry to the sum of its slot, if it counts.</summary>
    public void Add(int slot, in EntryRecord record)
    {
        bool isRecent = record.Version > MaxVersion && record.Version <= MaxVersion + (60_000UL << 16);
        bool endsSoon = record.ExpiresAtMs != 0 && record.ExpiresAtMs < MinExpiryMs;
        if (!record.IsTombstone && !isRecent && !endsSoon)
        {
            Sums[slot] += Fingerprint.Of(in record);
        }
    }
}
