using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.Transfers;

/// <summary>
/// Asks for the memory of the keys of the next records of a message before the first is merged, so that their cache
/// misses overlap.
/// </summary>
/// <param name="store">Where they are merged.</param>
internal sealed class MergeHints(Store store)
{
    /// <summary>Records looked at ahead.</summary>
    private const int Most = 16;

    private readonly KeyHash[] _hashes = new KeyHash[Most];

    /// <summary>Hints at the next records and steps over them; returns how many they were, at least one.</summary>
    /// <param name="ahead">A reader of its own.</param>
    /// <param name="skipped">Bytes before each record that are not part of it.</param>
    public int Give(ref MessageReader ahead, int skipped = 0)
    {
        int seen = 0;
        while (seen < Most && ahead.Left > 0)
        {
            ahead.Raw(skipped);
            EntryRecord record = RecordCodec.Read(ref ahead);
            _hashes[seen] = store.Hash(record.Key);
            store.PrefetchIndex(_hashes[seen++]);
        }
        foreach (KeyHash hash in _hashes.AsSpan(0, seen))
        {
            store.PrefetchEntry(hash);
        }
        return Math.Max(1, seen);
    }
}
