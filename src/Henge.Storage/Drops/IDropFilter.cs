using Henge.Storage.Entries;

namespace Henge.Storage.Drops;

/// <summary>Chooses entries and tombstones to delete without a trace.</summary>
internal interface IDropFilter
{
    /// <summary>Whether it goes.</summary>
    bool Drops(Entry entry);
}
