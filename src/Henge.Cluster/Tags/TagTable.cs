using System.Collections.Concurrent;

using Henge.Cluster.Repairs.Digests;
using Henge.Cluster.Rings;
using Henge.Storage;
using Henge.Storage.Indexing;

namespace Henge.Cluster.Tags;

/// <summary>
/// Which tags and sets of tags were invalidated, and up to which version: an entry with the tag, or with all tags of
/// the set, and a version at or below is stale. At most so many are remembered; beyond, the oldest go and raise the
/// floor, at or below which every tagged entry is stale: a miss is safe, an entry that comes back is not. So a table is
/// a floor and the rows above it, both only rise, and merging is the maximum of each: in any order, with any
/// repetition, all end alike. One thread changes it; any may ask, without a lock. It costs a comparison for what is
/// newer than every invalidation, else a lookup for each tag, and a second one once there are sets.
/// </summary>
internal sealed class TagTable : IStaleness
{
    /// <summary>What a tag costs beside its bytes, about: dictionary, order and array.</summary>
    public const int BytesPerTag = 200;

    private readonly Store _store;
    private readonly int _maxTags;
    private readonly ConcurrentDictionary<byte[], ulong> _tags;
    private readonly ConcurrentDictionary<byte[], ulong>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly TagSets _sets;
    private readonly SortedSet<TagVersion> _order = [];
    private ulong _sum;
    private ulong _floor;
    private ulong _latest;
    private ulong _begun;
    private int _setCount;
    private int _count;
    private long _dropped;
    private long _epoch;

    /// <summary>Creates an empty table.</summary>
    /// <param name="store">What its memory is charged to.</param>
    /// <param name="maxTags">Most tags, 1 or more.</param>
    public TagTable(Store store, int maxTags)
    {
        (_store, _maxTags) = (store, maxTags);
        _tags = new(1, 31, new KeyComparer(store));
        _lookup = _tags.GetAlternateLookup<ReadOnlySpan<byte>>();
        _sets = new TagSets(store);
    }

    /// <inheritdoc/>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>Tagged entries of this version or older are stale.</summary>
    public ulong Floor => Volatile.Read(ref _floor);

    /// <summary>Tags and sets of tags remembered.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Most that are remembered.</summary>
    public int Limit => _maxTags;

    /// <summary>Those that had to go at the bound, and raised the floor.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>
    /// A hash of all it holds, alike on all nodes; 0 while it is empty. For the thread that changes it.
    /// </summary>
    public ulong Digest => _sum + (_floor == 0 ? 0 : Mixing.Finish(_floor));

    /// <inheritdoc/>
    public bool IsStale(ReadOnlySpan<byte> attributes, ulong version)
    {
        version = TagBlock.JudgedBy(attributes, version);
        return version <= Volatile.Read(ref _latest) && version <= StaleUpTo(TagBlock.TagsOf(attributes), version);
    }

    /// <inheritdoc/>
    public ulong StaleUpTo(ReadOnlySpan<byte> attributes) => StaleUpTo(TagBlock.TagsOf(attributes), 1);

    /// <summary>The invalidations after one, oldest first; the caller stops where it has enough.</summary>
    public IEnumerable<TagVersion> After(TagVersion last)
    {
        // Nothing is above the last version there is; the bound is exclusive above it for the sake of its tags.
        foreach (TagVersion next in _order.GetViewBetween(last, Last))
        {
            if (next.CompareTo(last) > 0)
            {
                yield return next;
            }
        }
    }

    /// <summary>
    /// The version of a value that begins to be made now: above all that was invalidated, as far as it is known here,
    /// and every invalidation that begins from now on in which this node has a part gets a higher one
    /// (<see cref="Highest"/>). Any thread.
    /// </summary>
    public ulong Begin(long nowMs)
    {
        ulong latest = Volatile.Read(ref _latest);
        ulong begun = Math.Max(_store.Clock(nowMs), latest == ulong.MaxValue ? latest : latest + 1);
        ulong known = Volatile.Read(ref _begun);
        while (begun > known)
        {
            ulong found = Interlocked.CompareExchange(ref _begun, begun, known);
            if (found == known)
            {
                break;
            }
            known = found;
        }
        return begun;
    }

    /// <summary>
    /// The highest version that was given, met, or handed out by <see cref="Begin"/> here, whatever clocks say: an
    /// invalidation is to have a higher one.
    /// </summary>
    public ulong Highest(long nowMs) =>
        Math.Max(Math.Max(_store.HighestVersion, _store.Clock(nowMs)), Volatile.Read(ref _begun));

    /// <summary>Makes entries with a tag, or a set of them, stale up to a version; false when they were already.
    /// </summary>
    public bool Raise(ReadOnlySpan<byte> tag, ulong version)
    {
        if (version <= VersionOf(tag))
        {
            return false;
        }
        if (TagSet.Is(tag) && _sets.Displaced(tag.ToArray()) is { } wide)
        {
            Raise(wide.Tag, wide.Version);
            if (version <= _floor)
            {
                return true;
            }
        }
        if (_lookup.TryGetValue(tag, out byte[]? known, out ulong before))
        {
            Forget(new TagVersion(before, known));
        }
        byte[] kept = known ?? tag.ToArray();
        if (TagSet.Is(kept))
        {
            _sets.Put(new TagVersion(version, kept));
        }
        _order.Add(new TagVersion(version, kept));
        _sum += Hash(version, kept);
        _tags[kept] = version;
        if (known is null)
        {
            Account(kept, 1);
        }
        if (version > _latest)
        {
            Volatile.Write(ref _latest, version);
        }
        Trim();
        Volatile.Write(ref _epoch, _epoch + 1);
        return true;
    }

    /// <summary>Makes all tagged entries stale up to a version; false when they were already.</summary>
    public bool RaiseFloor(ulong version)
    {
        if (version <= _floor)
        {
            return false;
        }
        // The floor before the tags go: who does not find a tag looks at the floor after.
        Volatile.Write(ref _floor, version);
        if (version > _latest)
        {
            Volatile.Write(ref _latest, version);
        }
        while (_order.Count > 0 && _order.Min is var oldest && oldest.Version <= version)
        {
            Forget(oldest);
            _tags.TryRemove(oldest.Tag, out _);
            if (TagSet.Is(oldest.Tag))
            {
                _sets.Remove(oldest.Tag);
            }
            Account(oldest.Tag, -1);
        }
        Volatile.Write(ref _epoch, _epoch + 1);
        return true;
    }

    private ulong VersionOf(ReadOnlySpan<byte> tag) =>
        Math.Max(_floor, _lookup.TryGetValue(tag, out ulong version) ? version : 0);

    /// <summary>The highest version with which an entry is stale; of those below one any, or 0.</summary>
    private ulong StaleUpTo(ReadOnlySpan<byte> tags, ulong atLeast)
    {
        if (tags.IsEmpty)
        {
            return 0;
        }
        bool hasSets = Volatile.Read(ref _setCount) > 0;
        ulong highest = 0;
        var list = new TagList(tags);
        foreach (ReadOnlySpan<byte> tag in list)
        {
            if (_lookup.TryGetValue(tag, out ulong version))
            {
                highest = Math.Max(highest, version);
            }
            if (hasSets)
            {
                highest = Math.Max(highest, _sets.StaleUpTo(tag, list, Math.Max(atLeast, highest + 1)));
            }
        }
        return Math.Max(highest, Volatile.Read(ref _floor));
    }

    private static TagVersion Last { get; } =
        new(ulong.MaxValue, [.. Enumerable.Repeat(byte.MaxValue, TagList.MaxTagBytes + 1)]);

    // A set is kept twice: as a row, and under one of its tags.
    private void Account(byte[] row, int change)
    {
        int places = TagSet.Is(row) ? 2 : 1;
        _store.Charge(change * places * (BytesPerTag + row.Length));
        Volatile.Write(ref _setCount, _setCount + (places - 1) * change);
        Volatile.Write(ref _count, _count + change);
    }

    private void Trim()
    {
        while (_order.Count > _maxTags)
        {
            int before = _order.Count;
            RaiseFloor(_order.Min.Version);
            Volatile.Write(ref _dropped, _dropped + before - _order.Count);
        }
    }

    private void Forget(TagVersion old)
    {
        _order.Remove(old);
        _sum -= Hash(old.Version, old.Tag);
    }

    private static ulong Hash(ulong version, byte[] tag) =>
        Mixing.Finish(Fingerprint.OfKey(tag) ^ Mixing.Finish(version));
}
