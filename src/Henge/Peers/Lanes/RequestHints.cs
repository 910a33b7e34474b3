using Henge.Cluster.Lanes.Flights;
using Henge.Protocol.Peers;
using Henge.Routing.Operations;
using Henge.Storage;

namespace Henge.Peers.Lanes;

/// <summary>
/// Asks for the memory of keys that a frame of requests names before the first is carried out, so that their cache
/// misses overlap as those of a client's pipeline do. What it says may be wrong; only speed depends on it.
/// </summary>
/// <param name="store">The node's entries.</param>
internal sealed class RequestHints(Store store)
{
    /// <summary>Requests looked at ahead: few enough that what was asked for first is still in cache then.</summary>
    private const int Most = 32;

    private readonly KeyHash[] _hashes = new KeyHash[Most];

    /// <summary>Hints at the keys of the next requests and steps over these; returns how many they were.</summary>
    public int Give(ref FrameMessages ahead)
    {
        int seen = 0;
        int keys = 0;
        while (seen < Most && ahead.MoveNext())
        {
            seen++;
            ReadOnlySpan<byte> key = CommandOperation.GlanceAtKey(Forwards.GlanceAtRequest(ahead.Current));
            if (!key.IsEmpty)
            {
                _hashes[keys] = store.Hash(key);
                store.PrefetchIndex(_hashes[keys++]);
            }
        }
        foreach (KeyHash hash in _hashes.AsSpan(0, keys))
        {
            store.PrefetchEntry(hash);
        }
        return seen;
    }
}
