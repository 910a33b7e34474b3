using Henge.Storage.Entries;
using Henge.Storage.Eviction;
using Henge.Storage.Indexing;
using Henge.Storage.Shards;

namespace Henge.Storage.Visits;

/// <summary>
/// Lets visitors see the entries and tombstones of one shard, in hash order, at random, or in the eviction order.
/// </summary>
internal sealed class ShardReader
{
    private const int BucketsPerHold = 256;
    private readonly Shard _shard;
    private readonly StoreCore _core;

    /// <summary>Creates the reader of a shard.</summary>
    public ShardReader(Shard shard, StoreCore core) => (_shard, _core) = (shard, core);

    /// <summary>What an entry or tombstone is to other nodes; the spans are into the store.</summary>
    public static EntryRecord RecordOf(Entry entry) => entry.IsTombstone
        ? new EntryRecord { Key = entry.Key, Version = entry.Version }
        : new EntryRecord
        {
            Key = entry.Key,
            Value = entry.Value,
            Attributes = entry.Attributes,
            Type = entry.Type,
            ExpiresAtMs = entry.ExpiresAtMs,
            Version = entry.Version,
        };

    /// <summary>Enters the lock and shows what is known of a key (<see cref="Store.Inspect"/>).</summary>
    public KeyState Inspect<TVisitor>(ReadOnlySpan<byte> key, ulong hash, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IRecordVisitor, allows ref struct
    {
        int scope = _shard.Open(hash, key, nowMs);
        try
        {
            OpenEntry open = _shard.OpenAt(scope);
            if ((open.Handle | open.Tombstone) is var known and not 0)
            {
                EntryRecord record = RecordOf(_shard.Arena[known]);
                visitor.Visit(in record);
            }
            return open.Handle != 0 ? KeyState.Live : open.Tombstone != 0 ? KeyState.Deleted : KeyState.Absent;
        }
        finally
        {
            _shard.Close(key);
        }
    }

    /// <summary>
    /// Enters the lock and goes on with a walk over all entries in the eviction order, those to be evicted first, or
    /// over all tombstones: visits the next <paramref name="count"/>.
    /// </summary>
    /// <returns>False when the walk has reached the end.</returns>
    public bool Walk<TVisitor>(WalkCursor cursor, bool tombstones, int count, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IRecordVisitor, allows ref struct
    {
        _shard.Lock.Enter();
        try
        {
            _shard.ApplyTouches();
            for (; count > 0; count--)
            {
                uint next = tombstones ? _shard.Tombstones.Next(cursor.Visited) : _shard.Order.Next(cursor.Visited);
                if (next == 0)
                {
                    return false;
                }
                cursor.Visited = next;
                ShowRecords<TVisitor>.Show(_core, _shard.Arena[next], nowMs, ref visitor);
            }
            return true;
        }
        finally
        {
            _shard.Lock.Exit();
        }
    }

    /// <summary>
    /// Enters the lock and visits entries from a position of the scan order, whole buckets at a time, until
    /// <paramref name="wanted"/> were seen; returns how many were.
    /// </summary>
    public int Scan<TShow, TVisitor>(ref ulong position, int wanted, long nowMs, ref TVisitor visitor)
        where TShow : IShow<TVisitor>
        where TVisitor : struct, allows ref struct
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
                    visited += TShow.Show(_core, _shard.Arena[handle], nowMs, ref visitor) ? 1 : 0;
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
        where TVisitor : struct, IEntryVisitor, allows ref struct =>
        ShowEntries<TVisitor>.Show(_core, _shard.Arena[handle], nowMs, ref visitor);
}
