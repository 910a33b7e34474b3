namespace Henge.Cluster.Tags;

/// <summary>
/// An invalidated tag and up to which version entries with it are stale. Ordered by version, and of one version by the
/// bytes of the tag: what is older goes first.
/// </summary>
internal readonly record struct TagVersion(ulong Version, byte[] Tag) : IComparable<TagVersion>
{
    /// <inheritdoc/>
    public int CompareTo(TagVersion other) => Version != other.Version
        ? Version.CompareTo(other.Version) : Tag.AsSpan().SequenceCompareTo(other.Tag);
}
