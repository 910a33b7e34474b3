using Henge.Storage.Entries;

namespace Henge.Storage.Visits;

/// <summary>Shows live entries and tombstones.</summary>
internal readonly struct ShowRecords<TVisitor> : IShow<TVisitor>
    where TVisitor : struct, IRecordVisitor, allows ref struct
{
    /// <inheritdoc/>
    public static bool Show(Entry entry, long nowMs, ref TVisitor visitor)
    {
        if (entry.IsExpired(nowMs))
        {
            return false;
        }
        EntryRecord record = ShardReader.RecordOf(entry);
        visitor.Visit(in record);
        return true;
    }
}
