using Henge.Storage.Entries;
using Henge.Storage.Shards;
using Henge.Storage.Visits;

namespace Henge.Storage.Tops;

/// <summary>
/// The most read and written keys of a store, and its largest entries. Counts fade by time constant of a minute. When
/// large entries went, others are looked for in one pass over the store, a piece a tick and at most one a minute, and
/// only after somebody has asked. One thread ticks, any may ask.
/// </summary>
internal sealed class StoreTops
{
    private const long FadeMs = 1000;
    private const long PassMs = 60_000;
    private const int EntriesPerTick = 2048;
    private readonly StoreCore _core;
    private long _beganMs;
    private long _fadedMs;
    private long _passedMs;
    private ulong _cursor;

    /// <summary>Creates it for a store.</summary>
    public StoreTops(StoreCore core) => _core = core;

    /// <summary>Does what is due.</summary>
    public void Tick(long nowMs)
    {
        if (!_core.NotesTops)
        {
            return;
        }
        if (_beganMs == 0 || nowMs < _fadedMs)
        {
            Volatile.Write(ref _beganMs, _beganMs == 0 ? nowMs : _beganMs);
            _fadedMs = nowMs;
        }
        if (nowMs - _fadedMs >= FadeMs)
        {
            Fade(Math.Exp((_fadedMs - nowMs) / 1000.0 / TopLists.WindowSeconds));
            _fadedMs = nowMs;
        }
        Pass(nowMs);
    }

    /// <summary>The top of the store.</summary>
    /// <param name="count">Most entries of each list.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public TopLists Collect(int count, long nowMs)
    {
        var lists = new TopLists();
        double seconds = Math.Max(1, (nowMs - Volatile.Read(ref _beganMs)) / 1000.0);
        double each = ShardTops.MeanGap
            / (TopLists.WindowSeconds * (1 - Math.Exp(-seconds / TopLists.WindowSeconds)));
        foreach (Shard shard in _core.Shards)
        {
            shard.Lock.Enter();
            try
            {
                Add(shard, shard.Tops.Reads, each, nowMs, lists.Reads);
                Add(shard, shard.Tops.Writes, each, nowMs, lists.Writes);
                AddBig(shard, nowMs, lists.Big);
            }
            finally
            {
                shard.Lock.Exit();
            }
        }
        lists.Trim(count, static _ => true);
        return lists;
    }

    private void Fade(double part)
    {
        foreach (Shard shard in _core.Shards)
        {
            shard.Lock.Enter();
            shard.Tops.Reads.Fade(part);
            shard.Tops.Writes.Fade(part);
            shard.Lock.Exit();
        }
    }

    private void Pass(long nowMs)
    {
        if (_cursor == 0)
        {
            if ((nowMs >= _passedMs && nowMs - _passedMs < PassMs)
                || !_core.Shards.Any(static shard => shard.Tops.Big.LacksSome))
            {
                return;
            }
            _passedMs = nowMs;
            foreach (Shard shard in _core.Shards)
            {
                shard.Lock.Enter();
                shard.Tops.Big.BeginOffers();
                shard.Lock.Exit();
            }
        }
        var visitor = new OfferVisitor(_core);
        _cursor = ShardPass.Scan<ShowEntries<OfferVisitor>, OfferVisitor>(
            _core.Shards, _cursor, EntriesPerTick, nowMs, ref visitor);
    }

    private void Add(Shard shard, TopKeys keys, double each, long nowMs, List<TopEntry> to)
    {
        for (int place = 0; place < TopKeys.Places; place++)
        {
            if (keys.Hashes[place] is var hash and not 0
                && keys.CountOf(place) * each is var perSecond and > 0
                && Find(shard, hash, nowMs) is var handle and not 0)
            {
                to.Add(EntryAt(shard, handle, perSecond));
            }
        }
    }

    private void AddBig(Shard shard, long nowMs, List<TopEntry> to)
    {
        BigEntries big = shard.Tops.Big;
        for (int place = 0; place < BigEntries.Places; place++)
        {
            if (big.Hashes[place] is var hash and not 0)
            {
                uint handle = Find(shard, hash, nowMs);
                if (handle != 0)
                {
                    to.Add(EntryAt(shard, handle, perSecond: 0));
                }
                if (handle == 0 || shard.Arena[handle].PayloadBytes < big.BytesOf(place))
                {
                    big.Forget(place);
                }
            }
        }
    }

    private uint Find(Shard shard, ulong hash, long nowMs)
    {
        uint handle = shard.Index.Find(hash);
        return handle != 0 && shard.Arena[handle] is var entry
            && (entry.IsTombstone || _core.HasEnded(entry, nowMs)) ? 0 : handle;
    }

    private static TopEntry EntryAt(Shard shard, uint handle, double perSecond)
    {
        Entry entry = shard.Arena[handle];
        return new TopEntry(
            entry.Key.ToArray(), perSecond, entry.PayloadBytes, entry.Type, entry.ExpiresAtMs);
    }
}
