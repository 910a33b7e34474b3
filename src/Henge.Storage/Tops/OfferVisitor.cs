using Henge.Storage.Shards;
using Henge.Storage.Visits;

namespace Henge.Storage.Tops;

/// <summary>Offers every entry that a pass meets to the largest of its shard, which the pass has locked.</summary>
internal readonly struct OfferVisitor(StoreCore core) : IEntryVisitor
{
    /// <inheritdoc/>
    public void Visit(in EntryView entry)
    {
        ulong hash = core.Hasher.Hash(entry.Key);
        Shard shard = core.Shards[(int)hash & (core.Shards.Length - 1)];
        shard.Tops.Big.Offer(hash, entry.Key.Length + entry.Attributes.Length + entry.Value.Length);
    }
}
