using Henge.Storage.Eviction;
using Henge.Storage.Shards;

namespace Henge.Storage;

/// <summary>
/// A walk over all entries of a store in the eviction order, those to be evicted first, and then its tombstones; the
/// shards take turns, so that what one walk writes elsewhere in this order rebuilds about the order of the whole (with
/// one shard, exactly). An entry used meanwhile moves to the end and is seen again; none that stays is missed
/// (W-TinyLFU aside, whose protected entries may fall back behind the walk). What is written in place of a tombstone
/// meanwhile may be missed. Several walks may be under way at once; each belongs to one thread.
/// </summary>
internal sealed class RecordWalk : IDisposable
{
    private const int RecordsPerTurn = 16;
    private readonly Shard[] _shards;

    /// <summary>Where the walk stands in each shard; null where it has reached the end.</summary>
    private readonly WalkCursor?[] _cursors;
    private bool _inTombstones;
    private int _shardsLeft;
    private int _nextShard;

    /// <summary>Begins a walk; nothing is visited yet.</summary>
    public RecordWalk(Store store)
    {
        _shards = store.Core.Shards;
        _cursors = new WalkCursor?[_shards.Length];
        BeginAll();
    }

    /// <summary>Visits about <paramref name="count"/> records; false when the walk has reached the end.</summary>
    public bool Next<TVisitor>(int count, long nowMs, ref TVisitor visitor)
        where TVisitor : struct, IRecordVisitor, allows ref struct
    {
        while (count > 0 && _shardsLeft > 0)
        {
            int shard = _nextShard;
            _nextShard = (shard + 1) & (_shards.Length - 1);
            if (_cursors[shard] is { } cursor)
            {
                int turn = Math.Min(count, RecordsPerTurn);
                count -= turn;
                if (!_shards[shard].Reader.Walk(cursor, _inTombstones, turn, nowMs, ref visitor))
                {
                    End(shard, cursor);
                }
            }
            if (_shardsLeft == 0 && !_inTombstones)
            {
                _inTombstones = true;
                BeginAll();
            }
        }
        return _shardsLeft > 0;
    }

    /// <summary>Ends the walk; safe to call again.</summary>
    public void Dispose()
    {
        for (int shard = 0; shard < _shards.Length; shard++)
        {
            if (_cursors[shard] is { } cursor)
            {
                End(shard, cursor);
            }
        }
    }

    private WalkCursors WalksOf(Shard shard) => _inTombstones ? shard.Tombstones.Walks : shard.Order.Walks;

    private void BeginAll()
    {
        for (int i = 0; i < _shards.Length; i++)
        {
            var cursor = new WalkCursor();
            Shard shard = _shards[i];
            shard.Lock.Enter();
            WalksOf(shard).Add(cursor);
            shard.Lock.Exit();
            _cursors[i] = cursor;
        }
        _shardsLeft = _shards.Length;
    }

    private void End(int i, WalkCursor cursor)
    {
        Shard shard = _shards[i];
        shard.Lock.Enter();
        WalksOf(shard).Remove(cursor);
        shard.Lock.Exit();
        _cursors[i] = null;
        _shardsLeft--;
    }
}
