using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.Lanes.Fetches;

/// <summary>Writes the record it sees behind a <see cref="KnownState"/>.</summary>
internal readonly struct RecordCopier(MessageWriter writer) : IRecordVisitor
{
    /// <inheritdoc/>
    public void Visit(in EntryRecord record)
    {
        writer.Byte((byte)KnownState.Record);
        RecordCodec.Write(writer, record);
    }
}
