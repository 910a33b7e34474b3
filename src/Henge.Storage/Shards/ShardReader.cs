using Henge.Storage.Entries;
using Henge.Storage.Indexing;

namespace Henge.Storage.Shards;

/// <summary>Lets visitors see the entries of one shard, in hash order, at random, or in the eviction order.</summary>
internal sealed class ShardReader
{
    private const int BucketsPerHold = 256;
    private readonly Shard _shard;

    /// <summary>Creates the reader of a shard.</summary>
    public ShardReader(Shard shard) => _shard = shard;

    /// <summary>
    /// Enters the lock and goes on with a walk over all entries in the eviction order, those to be evicted first:
    /// visits the next <paramref name="count"/>. An entry that is used meanwhile moves to the end and is seen again;
    /// none that stays is missed (W-TinyLFU aside, whose protected entries may fall back behind the walk). A shard
    /// has one
    /// walk at a time.
    /// </summary>
    /// <returns>False when the walk has reached the end.</returns>
    public bool Walk<TVisitor>(bool fromStart, int count, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IEntryVisitor, allows ref struct
    {
        _shard.Lock.Enter();
        try
        {
            _shard.Order.Walked = fromStart ? 0 : _shard.Order.Walked;
            _shard.ApplyTouches();
            for (; count > 0; count--)
            {
                uint next = _shard.Order.Next(_shard.Order.Walked);
                if (next == 0)
                {
                    _shard.Order.Walked = 0;
                    return false;
                }
                _shard.Order.Walked = next;
                Visit(next, nowMs, ref visitor);
            }
            return true;
        }
        finally
        {
            _shard.Lock.Exit();
        }
    }

    /// <summary>
    /// Enters the lock and visits live entries from a position of the scan order, whole buckets at a time, until
    /// <paramref name="wanted"/> were seen; returns how many were.
    /// </summary>
    public int Scan<TVisitor>(ref ulong position, int wanted, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IEntryVisitor, allows ref struct
    {
        var handles = new HandleBuffer();
        int visited = 0;
        _shard.Lock.Enter();
        try
        {
            if (_shard.Index.Count == 0)
            {
                position = 1UL << HashIndex.ScanBits;
            }
            for (int left = BucketsPerHold; left > 0 && visited < wanted && position >> HashIndex.ScanBits == 0; left--)
            {
                _shard.Index.ReadBucketAt(ref position, ref handles);
                foreach (uint handle in handles.Span)
                {
                    visited += Visit(handle, nowMs, ref visitor) ? 1 : 0;
                }
            }
        }
        finally
        {
            _shard.Lock.Exit();
        }
        return visited;
    }

    /// <summary>
    /// Enters the lock and visits the first live entry from a position on; false when its bucket has none.
    /// </summary>
    public bool TryVisitFirst<TVisitor>(ref ulong position, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IEntryVisitor, allows ref struct
    {
        var handles = new HandleBuffer();
        _shard.Lock.Enter();
        try
        {
            _shard.Index.ReadBucketAt(ref position, ref handles);
            foreach (uint handle in handles.Span)
            {
                if (Visit(handle, nowMs, ref visitor))
                {
                    return true;
                }
            }
            return false;
        }
        finally
        {
            _shard.Lock.Exit();
        }
    }

    /// <summary>
    /// Enters the lock and visits one live entry: a random bucket, kept with a chance that grows with what it holds,
    /// gives every entry about the same. False when the draw met none.
    /// </summary>
    public bool TryVisitRandom<TVisitor>(ulong random, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IEntryVisitor, allows ref struct
    {
        const int FullBucket = 2 * BucketRef.Places;
        var handles = new HandleBuffer();
        _shard.Lock.Enter();
        try
        {
            _shard.Index.Read((uint)(random % _shard.Index.BucketCount), ref handles);
            int place = (int)(random >> 40) % FullBucket;
            return place < handles.Span.Length && Visit(handles.Span[place], nowMs, ref visitor);
        }
        finally
        {
            _shard.Lock.Exit();
        }
    }

    private bool Visit<TVisitor>(uint handle, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IEntryVisitor, allows ref struct
    {
        Entry entry = _shard.Arena[handle];
        if (entry.IsExpired(nowMs))
        {
            return false;
        }
        var view = new EntryView
        {
            Key = entry.Key,
            Value = entry.Value,
            Type = entry.Type,
            ExpiresAtMs = entry.ExpiresAtMs,
            Version = entry.Version,
        };
        visitor.Visit(in view);
        return true;
    }
}
