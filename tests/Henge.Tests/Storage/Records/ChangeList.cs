using Henge.Storage;

namespace Henge.Tests.Storage.Records;

/// <summary>Keeps what a store says has changed.</summary>
internal sealed class ChangeList : IChangeSink
{
    public List<RecordBox> Changes { get; } = [];

    public List<string> Merges { get; } = [];

    public void Changed(in EntryRecord record) => Changes.Add(RecordBox.Of(in record));

    public void Merged(ReadOnlySpan<byte> key) => Merges.Add(System.Text.Encoding.UTF8.GetString(key));
}
