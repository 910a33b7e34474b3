using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Tests.Cluster.Handoffs;

/// <summary>Keeps the record it is shown, as bytes on the wire.</summary>
internal readonly struct RecordKeeper(MessageWriter writer) : IRecordVisitor
{
    public void Visit(in EntryRecord record) => RecordCodec.Write(writer, in record);
}
