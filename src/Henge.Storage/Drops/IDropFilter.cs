using Henge.Storage.Entries;

namespace Henge.Storage.Drops;

/// <summary>Chooses entries and tombstones to delete.</summary>
internal interface IDropFilter
{
    /// <summary>
    /// Whether what goes ends as if its deadline had passed, which may leave a tombstone; if not, it goes without a
    /// trace.
    /// </summary>
    bool Expires { get; }

    /// <summary>Whether it goes.</summary>
    bool Drops(Entry entry);
}
