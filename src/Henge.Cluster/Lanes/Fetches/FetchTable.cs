using Henge.Storage;

namespace Henge.Cluster.Lanes.Fetches;

/// <summary>
/// Keys being fetched, by key: a dictionary by hash with chains, so that a look-up allocates nothing.
/// </summary>
internal sealed class FetchTable
{
    private readonly Dictionary<KeyHash, KeyFetch> _byHash = [];
    private readonly List<KeyFetch> _all = [];
    private readonly Stack<KeyFetch> _free = new();

    /// <summary>How many.</summary>
    public int Count => _all.Count;

    /// <summary>One of them; the order changes with every <see cref="Remove"/>.</summary>
    public KeyFetch this[int index] => _all[index];

    /// <summary>The fetch of a key; null when there is none.</summary>
    public KeyFetch? Find(ReadOnlySpan<byte> key, KeyHash hash)
    {
        KeyFetch? fetch = _byHash.GetValueOrDefault(hash);
        while (fetch is not null && !fetch.Key.SequenceEqual(key))
        {
            fetch = fetch.NextOfHash;
        }
        return fetch;
    }

    /// <summary>An object for a fetch, not yet found.</summary>
    public KeyFetch Rent() => _free.TryPop(out KeyFetch? free) ? free : new KeyFetch();

    /// <summary>Lets a fetch be found by its key.</summary>
    public void Add(KeyFetch fetch)
    {
        fetch.NextOfHash = _byHash.GetValueOrDefault(fetch.Hash);
        _byHash[fetch.Hash] = fetch;
        fetch.Index = _all.Count;
        _all.Add(fetch);
    }

    /// <summary>Ends a fetch; the object is used again.</summary>
    public void Remove(KeyFetch fetch)
    {
        KeyFetch first = _byHash[fetch.Hash];
        if (first != fetch)
        {
            while (first.NextOfHash != fetch)
            {
                first = first.NextOfHash!;
            }
            first.NextOfHash = fetch.NextOfHash;
        }
        else if (fetch.NextOfHash is null)
        {
            _byHash.Remove(fetch.Hash);
        }
        else
        {
            _byHash[fetch.Hash] = fetch.NextOfHash;
        }
        KeyFetch last = _all[^1];
        _all[fetch.Index] = last;
        last.Index = fetch.Index;
        _all.RemoveAt(_all.Count - 1);
        fetch.Reset();
        _free.Push(fetch);
    }
}
