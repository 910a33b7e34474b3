using Henge.Storage.Entries;

namespace Henge.Storage.Drops;

/// <summary>
/// Chooses what a flush deletes: what it comes after, and what has a version from a clock far ahead, which no flush
/// would ever come after.
/// </summary>
internal readonly struct FlushFilter(ulong version, ulong farthest) : IDropFilter
{
    /// <inheritdoc/>
    public bool Expires => false;

    /// <inheritdoc/>
    public bool Drops(Entry entry) => entry.Version <= version || entry.Version > farthest;
}
