using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.Repairs;

/// <summary>
/// Writes what is under a key into a message; with a version other than 0, as if it had been written then.
/// </summary>
internal readonly struct RecordReader(MessageWriter writer, ulong version) : IRecordVisitor
{
    /// <inheritdoc/>
    public void Visit(in EntryRecord record)
    {
        if (version != 0 && !record.IsTombstone)
        {
            EntryRecord renewed = record with { Version = version };
            RecordCodec.Write(writer, in renewed);
            return;
        }
        RecordCodec.Write(writer, in record);
    }
}
