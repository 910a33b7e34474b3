using Henge.Storage;

namespace Henge.Cluster.Repairs.Keys;

/// <summary>Shows a comparison what is here.</summary>
internal readonly struct KeyComparer(KeyComparison comparison) : IRecordVisitor
{
    /// <inheritdoc/>
    public void Visit(in EntryRecord record) => comparison.Meet(in record);
}
