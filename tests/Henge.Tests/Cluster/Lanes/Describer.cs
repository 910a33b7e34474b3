using System.Text;

using Henge.Storage;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>Writes down the record it sees.</summary>
internal struct Describer : IRecordVisitor
{
    public string Text { get; private set; }

    public void Visit(in EntryRecord record) =>
        Text = $"{Encoding.UTF8.GetString(record.Value)} {record.Type} {record.ExpiresAtMs} {record.Version}";
}
