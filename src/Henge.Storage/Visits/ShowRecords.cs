using Henge.Storage.Entries;

namespace Henge.Storage.Visits;

/// <summary>
/// Shows live entries and tombstones, and what has expired and is still to be swept as the tombstone that it may leave:
/// who hid it would have a tombstone a moment later that nobody was told of.
/// </summary>
internal readonly struct ShowRecords<TVisitor> : IShow<TVisitor>
    where TVisitor : struct, IRecordVisitor, allows ref struct
{
    /// <inheritdoc/>
    public static bool Show(Entry entry, long nowMs, ref TVisitor visitor)
    {
        EntryRecord record = entry.IsExpired(nowMs)
            ? new EntryRecord { Key = entry.Key, Version = entry.Version } : ShardReader.RecordOf(entry);
        visitor.Visit(in record);
        return true;
    }
}
