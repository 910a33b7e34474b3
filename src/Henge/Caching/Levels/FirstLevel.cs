using System.Collections.Concurrent;

using Henge.Entries.Kept;
using Henge.Tags;

namespace Henge.Caching.Levels;

/// <summary>
/// What a process keeps of the ring: found by one look into a dictionary, and served while nobody has changed it
/// (docs/coherence.md), no tag of it was invalidated and its time is not over.
/// <code>
/// oldest [.] -> [.] -> [.] -> [.] newest    evict: the oldest; one that was read since goes back to the newest end
/// </code>
/// A hit takes no lock and allocates nothing: the dictionary, the clock, four comparisons, and a mark that it was used
/// where there is none. Keeping and evicting take one lock for O(1) work. Eviction is second chance (CLOCK; Corbató,
/// 1968): close to LRU, without a list that every reader would write to.
/// </summary>
/// <param name="kept">Knows what is current.</param>
/// <param name="tags">Knows which tags were invalidated.</param>
/// <param name="limitBytes">Bytes that all entries may count together.</param>
internal sealed class FirstLevel(KeptReads kept, NodeTags tags, long limitBytes)
{
    /// <summary>What an entry counts beside its key and value: its object, and its place in the dictionary.</summary>
    public const int EntryBytes = 200;

    // So many entries in use are passed over; then the oldest goes all the same, so that the lock is held shortly.
    private const int MaxChances = 64;

    private readonly ConcurrentDictionary<string, KeptEntry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private KeptEntry? _oldest;
    private KeptEntry? _newest;
    private long _size;

    /// <summary>Bytes that its entries count.</summary>
    public long Size => Volatile.Read(ref _size);

    /// <summary>Entries in it, those that are no longer current included.</summary>
    public int Count => _entries.Count;

    /// <summary>The clock that expiry is counted by.</summary>
    public long NowMs => kept.NowMs;

    /// <summary>Whether an entry of so many bytes can be kept; larger ones would push out all others.</summary>
    public bool HasRoomFor(string key, long valueBytes) => SizeOf(key, valueBytes) <= limitBytes / 4;

    /// <summary>What an entry counts.</summary>
    public static long SizeOf(string key, long valueBytes) => EntryBytes + 2L * key.Length + valueBytes;

    /// <summary>The entry of a key that may be served now; null when there is none.</summary>
    public KeptEntry? Find(string key)
    {
        if (!_entries.TryGetValue(key, out KeptEntry? entry))
        {
            return null;
        }
        long nowMs = kept.NowMs;
        if (nowMs >= entry.ExpiresAtMs || !(entry.IsOwn || kept.IsCurrent(entry.Stamp, nowMs)) || IsStale(entry))
        {
            return null;
        }
        entry.Use();
        return entry;
    }

    /// <summary>Keeps an entry in place of another of its key.</summary>
    public void Keep(KeptEntry entry)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(entry.Key, out KeptEntry? former))
            {
                Unlink(former);
            }
            _entries[entry.Key] = entry;
            Link(entry);
            int chances = MaxChances;
            while (_size > limitBytes && _oldest is { } oldest)
            {
                Unlink(oldest);
                if (oldest.TakeUse() && chances-- > 0)
                {
                    Link(oldest);
                }
                else
                {
                    _entries.TryRemove(oldest.Key, out _);
                }
            }
        }
    }

    /// <summary>Keeps nothing of a key any more.</summary>
    public void Remove(string key)
    {
        if (!_entries.ContainsKey(key))
        {
            return;
        }
        lock (_lock)
        {
            if (_entries.TryRemove(key, out KeptEntry? entry))
            {
                Unlink(entry);
            }
        }
    }

    /// <summary>Keeps nothing of the keys that begin with a prefix; O(entries), the lock held for each.</summary>
    public void RemovePrefix(string prefix)
    {
        foreach (string key in _entries.Select(static entry => entry.Key))
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                Remove(key);
            }
        }
    }

    private bool IsStale(KeptEntry entry)
    {
        if (entry.Attributes.Length == 0)
        {
            return false;
        }
        // Before the look, so that what is invalidated in between is looked for again.
        long epoch = tags.Epoch;
        if (entry.TagEpoch == epoch)
        {
            return false;
        }
        if (tags.IsStale(entry.Attributes, entry.Version))
        {
            return true;
        }
        entry.TagEpoch = epoch;
        return false;
    }

    private void Link(KeptEntry entry)
    {
        (entry.Older, entry.Newer) = (_newest, null);
        if (_newest is null)
        {
            _oldest = entry;
        }
        else
        {
            _newest.Newer = entry;
        }
        _newest = entry;
        _size += entry.Size;
    }

    private void Unlink(KeptEntry entry)
    {
        if (entry.Older is null)
        {
            _oldest = entry.Newer;
        }
        else
        {
            entry.Older.Newer = entry.Newer;
        }
        if (entry.Newer is null)
        {
            _newest = entry.Older;
        }
        else
        {
            entry.Newer.Older = entry.Older;
        }
        (entry.Older, entry.Newer) = (null, null);
        _size -= entry.Size;
    }
}
