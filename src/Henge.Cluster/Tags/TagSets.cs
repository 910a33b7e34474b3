using System.Collections.Concurrent;

using Henge.Storage;
using Henge.Storage.Indexing;

namespace Henge.Cluster.Tags;

/// <summary>
/// Finds the sets of tags (<see cref="TagSet"/>) that concern an entry. Each set stands under that of its tags under
/// which the fewest others stand, newest first, so an entry looks only at sets of which it has one tag, and only at
/// those that are not older than itself. At most <see cref="MostOfTag"/> stand under one tag: beyond, the oldest goes,
/// and before it every entry with that tag is made stale up to its version, which is more than was asked for and never
/// less. One thread changes it; any may ask, without a lock.
/// </summary>
internal sealed class TagSets
{
    /// <summary>Most sets under one tag.</summary>
    public const int MostOfTag = 32;

    private readonly ConcurrentDictionary<byte[], TagVersion[]> _byTag;
    private readonly ConcurrentDictionary<byte[], TagVersion[]>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly Dictionary<byte[], byte[]> _tagOf;

    /// <summary>Creates it empty.</summary>
    public TagSets(Store store)
    {
        var comparer = new KeyComparer(store);
        _byTag = new(1, 31, comparer);
        _lookup = _byTag.GetAlternateLookup<ReadOnlySpan<byte>>();
        _tagOf = new(comparer);
    }

    /// <summary>The version up to which an entry is stale by the sets under one of its tags.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="tags">All that it has.</param>
    /// <param name="atLeast">Versions below do not matter.</param>
    /// <returns>The version; 0 where there is none that matters.</returns>
    public ulong StaleUpTo(ReadOnlySpan<byte> tag, TagList tags, ulong atLeast)
    {
        if (_lookup.TryGetValue(tag, out TagVersion[]? sets))
        {
            foreach (TagVersion set in sets)
            {
                if (set.Version < atLeast)
                {
                    return 0;
                }
                if (TagSet.IsPartOf(set.Tag, tags))
                {
                    return set.Version;
                }
            }
        }
        return 0;
    }

    /// <summary>
    /// What is to be invalidated before a set can be added: a tag, since under it one of the sets must go; null where
    /// there is room.
    /// </summary>
    public TagVersion? Displaced(byte[] row) =>
        !_tagOf.ContainsKey(row) && TagFor(row) is { } under && SetsOf(under) is { Length: >= MostOfTag } sets
            ? new TagVersion(sets[^1].Version, under) : null;

    /// <summary>Adds a set, or gives it a later version: a reader sees the one or the other.</summary>
    public void Put(TagVersion set)
    {
        if (!_tagOf.TryGetValue(set.Tag, out byte[]? under))
        {
            under = TagFor(set.Tag);
        }
        if (under is null)
        {
            // Of no tags, which nobody sends.
            return;
        }
        List<TagVersion> sets = [.. SetsOf(under).Where(other => !other.Tag.AsSpan().SequenceEqual(set.Tag)), set];
        sets.Sort(static (one, other) => other.CompareTo(one));
        if (sets.Count > MostOfTag)
        {
            _tagOf.Remove(sets[^1].Tag);
            sets.RemoveAt(sets.Count - 1);
        }
        _byTag[under] = [.. sets];
        _tagOf[set.Tag] = under;
    }

    /// <summary>Forgets a set, where it is known.</summary>
    public void Remove(byte[] row)
    {
        if (!_tagOf.Remove(row, out byte[]? under))
        {
            return;
        }
        TagVersion[] left = [.. SetsOf(under).Where(set => !set.Tag.AsSpan().SequenceEqual(row))];
        if (left.Length > 0)
        {
            _byTag[under] = left;
        }
        else
        {
            _byTag.TryRemove(under, out _);
        }
    }
    private TagVersion[] SetsOf(byte[] tag) => _byTag.GetValueOrDefault(tag, []);

    private byte[]? TagFor(byte[] row)
    {
        byte[]? under = null;
        (int Count, ulong Oldest) best = default;
        foreach (ReadOnlySpan<byte> tag in TagSet.TagsOf(row))
        {
            (int Count, ulong Oldest) found = _lookup.TryGetValue(tag, out TagVersion[]? others)
                ? (others.Length, others[^1].Version) : default;
            // Where all are full, that of the oldest: who has to go should be as old as can be.
            if (under is null || found.CompareTo(best) < 0)
            {
                (under, best) = (tag.ToArray(), found);
            }
        }
        return under;
    }
}
