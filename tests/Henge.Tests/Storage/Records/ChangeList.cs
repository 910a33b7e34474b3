using Henge.Storage;

namespace Henge.Tests.Storage.Records;

/// <summary>Keeps what a store says has changed.</summary>
internal sealed class ChangeList : IChangeSink
{
    public List<RecordBox> Changes { get; } = [];

    public void Changed(in EntryRecord record) => Changes.Add(RecordBox.Of(in record));
}
