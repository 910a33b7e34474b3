using Henge.Storage.Visits;

namespace Henge.Tests.Storage;

/// <summary>Counts the entries that it is shown.</summary>
internal struct EntryCounter : IEntryVisitor
{
    public int Count { get; private set; }

    public void Visit(in EntryView entry) => Count++;
}
