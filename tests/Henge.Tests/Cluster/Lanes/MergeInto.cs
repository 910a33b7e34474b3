using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>Merges the record it sees into another store, as a transfer does.</summary>
internal readonly struct MergeInto(Store store, long nowMs) : IRecordVisitor
{
    public void Visit(in EntryRecord record)
    {
        var copy = new MessageWriter();
        RecordCodec.Write(copy, record);
        var reader = new MessageReader(copy.Written);
        store.Merge(RecordCodec.Read(ref reader), checksFloor: false, nowMs);
    }
}
