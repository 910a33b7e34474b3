using Henge.Storage.Entries;
using Henge.Storage.Visits;

namespace Henge.Storage.Shards;

/// <summary>
/// Takes over what other nodes have (<see cref="Store.Merge"/>): the newer of two records stays, by
/// <see cref="RecordOrder"/>. The shard's lock guards it.
/// </summary>
internal sealed class RecordMerger
{
    private readonly Shard _shard;
    private readonly StoreCore _core;

    /// <summary>Creates the merger of a shard.</summary>
    public RecordMerger(Shard shard, StoreCore core)
    {
        _shard = shard;
        _core = core;
    }

    /// <summary>Enters the lock and merges a record.</summary>
    public MergeResult Merge(in EntryRecord record, ulong hash, bool checksFloor, long nowMs)
    {
        if (record.Value.Length > _core.MaxValueBytes || record.Key.Length > StoreOptions.MaxKeyBytes
            || record.Attributes.Length > StoreOptions.MaxAttributeBytes || record.Type > Entry.LargestType)
        {
            return MergeResult.TooLarge;
        }
        // As it would be read back, so that what comes again is found to be the same.
        EntryRecord kept = record.IsTombstone
            ? new EntryRecord { Key = record.Key, Version = record.Version }
            : new EntryRecord
            {
                Key = record.Key,
                Value = record.Value,
                Attributes = record.Attributes,
                Type = record.Type,
                ExpiresAtMs = Entry.KeptDeadline(record.ExpiresAtMs),
                Version = record.Version,
            };
        int scope = _shard.OpenAsIs(hash, record.Key);
        try
        {
            MergeResult result = Merge(ref _shard.OpenAt(scope), in kept, checksFloor, nowMs);
            if (result is MergeResult.Applied or MergeResult.Expired)
            {
                _core.ChangeSink?.Merged(record.Key);
            }
            return result;
        }
        finally
        {
            _shard.Close(record.Key);
        }
    }

    private MergeResult Merge(ref OpenEntry open, in EntryRecord record, bool checksFloor, long nowMs)
    {
        // Asked with the lock held: a flush raises this first and then comes by, so nothing slips in behind it.
        if (record.Version <= _core.FlushVersion)
        {
            return MergeResult.BelowFloor;
        }
        _shard.Versions.Advance(record.Version, VersionClock.Farthest(nowMs));
        bool expired = _core.HasEnded(in record, nowMs);
        if ((open.Handle | open.Tombstone) is var known and not 0)
        {
            int order = Compare(in record, expired, _shard.Arena[known], nowMs);
            if (order <= 0 && !_core.MergesLastArrival)
            {
                return order == 0 ? MergeResult.Same : MergeResult.Older;
            }
        }
        else if (checksFloor && _core.Slots is { } slots && record.Version <= slots.Floor(slots.SlotOf(record.Key)))
        {
            return MergeResult.BelowFloor;
        }
        if (record.IsTombstone || expired)
        {
            // What came too late to be seen is remembered too: the record that it replaced may come after it.
            _shard.Tombstones.Leave(ref open, record.Key, record.Version, _core.KeepsTombstones);
            return expired ? MergeResult.Expired : MergeResult.Applied;
        }
        WriteResult written = _shard.Writer.Set(ref open, record.Key, record.Type, record.Value, record.ExpiresAtMs,
            record.Attributes, record.Version, nowMs);
        return written == WriteResult.Ok ? MergeResult.Applied : MergeResult.OutOfMemory;
    }

    /// <summary>
    /// Orders a record against what is here. What has expired or is stale stands where the tombstone stands that it may
    /// have left elsewhere, so that it makes no difference who swept first.
    /// </summary>
    private int Compare(in EntryRecord record, bool expired, Entry entry, long nowMs)
    {
        EntryRecord here = entry.MayBeGone && _core.HasEnded(entry, nowMs)
            ? new EntryRecord { Key = entry.Key, Version = entry.Version }
            : ShardReader.RecordOf(entry);
        EntryRecord there = expired ? new EntryRecord { Key = record.Key, Version = record.Version } : record;
        return RecordOrder.Compare(in there, in here);
    }
}
