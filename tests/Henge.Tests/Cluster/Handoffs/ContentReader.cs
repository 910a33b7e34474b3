using System.Text;

using Henge.Storage;

namespace Henge.Tests.Cluster.Handoffs;

/// <summary>Lists live entries with all that copies must have alike.</summary>
internal readonly struct ContentReader(SortedDictionary<string, string> into, Func<string, bool> wants) : IRecordVisitor
{
    public void Visit(in EntryRecord record)
    {
        string key = Encoding.UTF8.GetString(record.Key);
        if (!record.IsTombstone && wants(key))
        {
            into[key] = $"{Encoding.UTF8.GetString(record.Value)} {record.Version} {record.ExpiresAtMs}";
        }
    }
}
