namespace Henge.Storage.Eviction;

/// <summary>Where one walk stands in one queue of a shard. The shard's lock guards it.</summary>
internal sealed class WalkCursor
{
    /// <summary>
    /// The entry visited last; 0 before the first. When it is taken out, the one visited before it takes its place, so
    /// that the walk misses nothing that moves on.
    /// </summary>
    public uint Visited { get; set; }
}
