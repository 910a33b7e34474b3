using Henge.Storage.Entries;

namespace Henge.Storage.Drops;

/// <summary>Chooses what is stale.</summary>
internal readonly struct StaleFilter(IStaleness staleness) : IDropFilter
{
    /// <inheritdoc/>
    public bool Expires => true;

    /// <inheritdoc/>
    public bool Drops(Entry entry) =>
        entry.HasAttributes && staleness.IsStale(entry.Attributes, entry.Version);
}
