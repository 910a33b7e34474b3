using Henge.Storage.Entries;
using Henge.Storage.Figures;
using Henge.Storage.Indexing;
using Henge.Storage.Shards;

namespace Henge.Storage.Drops;

/// <summary>Deletes what a filter chooses from one shard, a bounded piece at a time.</summary>
internal sealed class ShardDropper
{
    private readonly Shard _shard;
    private readonly StoreCore _core;

    /// <summary>Creates the dropper of a shard.</summary>
    public ShardDropper(Shard shard, StoreCore core)
    {
        _shard = shard;
        _core = core;
    }

    /// <summary>
    /// Enters the lock and goes through whole buckets from a position of the scan order until it has looked at
    /// <paramref name="wanted"/> entries; returns at how many it has, an empty bucket counting as one.
    /// </summary>
    public int Drop<TFilter>(ref ulong position, int wanted, TFilter filter)
        where TFilter : struct, IDropFilter
    {
        var handles = new HandleBuffer();
        int looked = 0;
        _shard.Lock.Enter();
        try
        {
            if (_shard.Index.Count == 0)
            {
                position = 1UL << HashIndex.ScanBits;
            }
            while (looked < wanted && position >> HashIndex.ScanBits == 0)
            {
                _shard.Index.ReadBucketAt(ref position, ref handles);
                looked += Math.Max(1, handles.Span.Length);
                foreach (uint handle in handles.Span)
                {
                    if (filter.Drops(_shard.Arena[handle]))
                    {
                        Drop(handle, filter.Expires);
                    }
                }
                _shard.Index.Shrink();
            }
        }
        finally
        {
            _shard.Lock.Exit();
        }
        return looked;
    }

    private void Drop(uint handle, bool expires)
    {
        Entry entry = _shard.Arena[handle];
        ulong hash = _core.Hasher.Hash(entry.Key);
        if (entry.IsTombstone)
        {
            _shard.Tombstones.Remove(hash, handle);
        }
        else if (expires)
        {
            _shard.Expire(hash, handle, inWheel: true, MissReason.Invalidated);
        }
        else
        {
            _shard.Drop(hash, handle);
        }
    }
}
