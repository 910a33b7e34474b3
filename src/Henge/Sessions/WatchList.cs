using Henge.Storage;
using Henge.Storage.Indexing;
using Henge.Storage.Shards;

namespace Henge.Sessions;

/// <summary>
/// The keys that WATCH named, each with the version that its entry had then (0 for none). Nothing is hung on the
/// entries: EXEC opens them again and compares, so writers pay nothing for watchers. A key that was not there, came and
/// went counts as unchanged; what the transaction sees is what WATCH saw. Belongs to its session's thread.
/// </summary>
internal sealed class WatchList(Store store)
{
    /// <summary>Bytes that the keys watched by one client may take; a key is charged 64 beside its own.</summary>
    public const long MaxBytes = 16L << 20;

    private readonly Dictionary<byte[], WatchedKey> _keys = new(new KeyComparer(store));
    private long _charged;

    /// <summary>Keys watched.</summary>
    public int Count => _keys.Count;

    /// <summary>The keys watched, with their versions.</summary>
    public IEnumerable<WatchedKey> Keys => _keys.Values;

    /// <summary>Watches a key from now on, unless it is watched already.</summary>
    /// <returns>False when that would pass <see cref="MaxBytes"/>.</returns>
    public bool TryAdd(ReadOnlySpan<byte> key, long nowMs)
    {
        if (_keys.GetAlternateLookup<ReadOnlySpan<byte>>().ContainsKey(key))
        {
            return true;
        }
        ulong version;
        using (EntryScope scope = store.Open(key, nowMs))
        {
            version = scope.Version;
        }
        return TryAdd(key, version);
    }

    /// <summary>Watches a key whose entry has a version, on whichever node, unless it is watched already.</summary>
    /// <returns>False when that would pass <see cref="MaxBytes"/>.</returns>
    public bool TryAdd(ReadOnlySpan<byte> key, ulong version)
    {
        if (_keys.GetAlternateLookup<ReadOnlySpan<byte>>().ContainsKey(key))
        {
            return true;
        }
        long bytes = 64 + key.Length;
        if (_charged + bytes > MaxBytes)
        {
            return false;
        }
        byte[] copy = key.ToArray();
        _keys.Add(copy, new WatchedKey(copy, store.Hash(key), version));
        _charged += bytes;
        store.Charge(bytes);
        return true;
    }

    /// <summary>Adds the shards of all watched keys.</summary>
    public void AddShards(ref ShardSet shards)
    {
        foreach (WatchedKey watched in _keys.Values)
        {
            shards.Add(store.ShardOf(watched.Hash));
        }
    }

    /// <summary>Whether any watched entry has another version by now, or is gone, or has come to be.</summary>
    public bool HasChanged(long nowMs)
    {
        foreach (WatchedKey watched in _keys.Values)
        {
            using EntryScope scope = store.Open(watched.Key, watched.Hash, nowMs);
            if (scope.Version != watched.Version)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Watches nothing any more.</summary>
    public void Clear()
    {
        _keys.Clear();
        store.Charge(-_charged);
        _charged = 0;
    }
}
