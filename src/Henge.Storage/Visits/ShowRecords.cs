using Henge.Storage.Entries;
using Henge.Storage.Shards;

namespace Henge.Storage.Visits;

/// <summary>
/// Shows live entries and tombstones, and what has expired or is stale and is still to be swept as the tombstone that
/// it may leave: who hid it would have a tombstone a moment later that nobody was told of.
/// </summary>
internal readonly struct ShowRecords<TVisitor> : IShow<TVisitor>
    where TVisitor : struct, IRecordVisitor, allows ref struct
{
    /// <inheritdoc/>
    public static bool Show(StoreCore core, Entry entry, long nowMs, ref TVisitor visitor)
    {
        EntryRecord record = entry.MayBeGone && core.HasEnded(entry, nowMs)
            ? new EntryRecord { Key = entry.Key, Version = entry.Version } : ShardReader.RecordOf(entry);
        visitor.Visit(in record);
        return true;
    }
}
