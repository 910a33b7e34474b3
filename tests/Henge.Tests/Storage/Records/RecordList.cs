using Henge.Storage;

namespace Henge.Tests.Storage.Records;

/// <summary>Keeps the records that it is shown.</summary>
internal readonly struct RecordList() : IRecordVisitor
{
    public List<RecordBox> Records { get; } = [];

    public void Visit(in EntryRecord record) => Records.Add(RecordBox.Of(in record));

    /// <summary>All that a store holds, by key.</summary>
    public static RecordBox[] All(Store store, long nowMs)
    {
        var list = new RecordList();
        ulong cursor = 0;
        do
        {
            cursor = store.ScanRecords(cursor, 100, nowMs, ref list);
        }
        while (cursor != 0);
        return [.. list.Records.OrderBy(record => record.Key, StringComparer.Ordinal)];
    }

    /// <summary>What a store knows of a key.</summary>
    public static RecordBox? Inspect(Store store, string key, long nowMs)
    {
        var list = new RecordList();
        KeyState state = store.Inspect(RecordBox.Bytes(key), nowMs, ref list);
        RecordBox? record = list.Records.SingleOrDefault();
        KeyState expected = record is null ? KeyState.Absent : record.IsTombstone ? KeyState.Deleted : KeyState.Live;
        Xunit.Assert.Equal(expected, state);
        return record;
    }
}
