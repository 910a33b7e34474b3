using Henge.Cluster.Repairs.Digests;
using Henge.Storage;

namespace Henge.Cluster.Repairs.Keys;

/// <summary>Lists keys, versions and fingerprints of a scope into messages of bounded size.</summary>
internal readonly struct KeyLister(KeyScope scope, KeyListing listing, bool omitsTombstones) : IRecordVisitor
{
    /// <inheritdoc/>
    public void Visit(in EntryRecord record)
    {
        ulong key = Fingerprint.OfKey(record.Key);
        if (scope.Contains(Slot.Of(record.Key).Number, key) && !(omitsTombstones && record.IsTombstone))
        {
            listing.Add(in record);
        }
    }
}
