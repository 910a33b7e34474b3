using Henge.Storage;

namespace Henge.Cluster.Lanes.Fetches;

/// <summary>Notes the version of the record it sees.</summary>
internal struct VersionReader : IRecordVisitor
{
    /// <summary>The version; 0 when nothing was seen.</summary>
    public ulong Version;

    /// <inheritdoc/>
    public void Visit(in EntryRecord record) => Version = record.Version;
}
