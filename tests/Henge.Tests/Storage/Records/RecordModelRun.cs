using Henge.Storage;

using Xunit;

namespace Henge.Tests.Storage.Records;

/// <summary>
/// Random changes, merges, expiries, walks and purges on a store and on a dictionary of records side by side. The model
/// keeps the record of every key for ever, and from it says what the store may know.
/// </summary>
internal sealed class RecordModelRun
{
    private readonly Dictionary<string, RecordBox> _model = [];
    private readonly ChangeList _changes = new();
    private readonly Store _store;
    private readonly int _seed;
    private readonly Random _random;
    private long _nowMs = 1_700_000_000_000;

    public RecordModelRun(Store store, int seed)
    {
        _store = store;
        _seed = seed;
        _random = new Random(seed);
        store.ChangeSink = _changes;
        store.KeepsTombstones = true;
        store.TombstonesForAbsent = true;
    }

    public void Step()
    {
        string key = "key" + _random.Next(400) + (_random.Next(40) == 0 ? new string('x', 400) : "");
        switch (_random.Next(20))
        {
            case < 6: Set(key); break;
            case < 9: Delete(key); break;
            case < 11: Extend(key); break;
            case < 17: Merge(key); break;
            case 17: Advance(); break;
            case 18: Flush(); break;
            default: Assert.Equal(Expected(key), RecordList.Inspect(_store, key, _nowMs)); break;
        }
        Assert.Equal(Expected(key), RecordList.Inspect(_store, key, _nowMs));
    }

    public void CompareAll()
    {
        RecordBox[] expected =
        [
            .. _model.Keys.Select(Expected).OfType<RecordBox>().OrderBy(record => record.Key, StringComparer.Ordinal),
        ];
        RecordBox[] scanned = RecordList.All(_store, _nowMs);
        Assert.Equal(expected, scanned);
        var walked = new RecordList();
        using var walk = new RecordWalk(_store);
        while (walk.Next(50, _nowMs, ref walked))
        {
        }
        Assert.Equal(scanned, walked.Records.OrderBy(record => record.Key, StringComparer.Ordinal));
        // What has expired and is not swept yet is shown as a tombstone already.
        Assert.InRange(_store.Tombstones, 0, scanned.Count(record => record.IsTombstone));
    }

    /// <summary>The model's record, as a tombstone once it has expired.</summary>
    private RecordBox? Expected(string key) => _model.TryGetValue(key, out RecordBox? record)
        ? AsOf(record)
        : null;

    private RecordBox AsOf(RecordBox record) => record.ExpiresAtMs != 0 && record.ExpiresAtMs <= _nowMs
        ? RecordBox.Tombstone(record.Key, record.Version)
        : record;

    private void Set(string key)
    {
        ulong before = Expected(key)?.Version ?? 0;
        string value = RandomValue();
        string attributes = _random.Next(3) == 0 ? "attributes" : "";
        long expires = _random.Next(2) == 0 ? 0 : _nowMs + _random.Next(1, 20_000);
        var type = (EntryType)_random.Next(1, 3);
        ulong version;
        using (EntryScope scope = _store.Open(RecordBox.Bytes(key), _nowMs))
        {
            WriteResult result = scope.Set(type, RecordBox.Bytes(value), expires, RecordBox.Bytes(attributes));
            Assert.Equal(WriteResult.Ok, result);
            version = scope.Version;
        }
        Assert.True(version > before, $"versions of a key grow, seed {_seed}");
        Told(new RecordBox(key, type, value, attributes, expires, version));
    }

    private void Delete(string key)
    {
        RecordBox? before = Expected(key);
        using (EntryScope scope = _store.Open(RecordBox.Bytes(key), _nowMs))
        {
            Assert.Equal(before is { IsTombstone: false }, scope.Delete());
            Assert.False(scope.Found);
        }
        RecordBox told = Assert.Single(_changes.Changes);
        Assert.True(told.Version > (before?.Version ?? 0), $"versions of a key grow, seed {_seed}");
        Told(RecordBox.Tombstone(key, told.Version));
    }

    private void Extend(string key)
    {
        if (Expected(key) is not { IsTombstone: false } before)
        {
            return;
        }
        long expires = _nowMs + _random.Next(1, 20_000);
        using (EntryScope scope = _store.Open(RecordBox.Bytes(key), _nowMs))
        {
            scope.ExtendExpiry(expires);
        }
        bool later = before.ExpiresAtMs != 0 && expires >= before.ExpiresAtMs;
        ulong version = later ? before.Version : Assert.Single(_changes.Changes).Version;
        Assert.True(later || version > before.Version, $"an earlier expiry is a new version, seed {_seed}");
        Told(before with { ExpiresAtMs = expires, Version = version });
    }

    private void Merge(string key)
    {
        RecordBox? before = Expected(key);
        ulong around = before?.Version ?? (ulong)_nowMs << 16;
        ulong version = (ulong)((long)around + _random.Next(-2, 3)) + (_random.Next(30) == 0 ? 1UL << 50 : 0);
        long expires = _random.Next(3) switch { 0 => _nowMs + _random.Next(-5000, 20_000), _ => 0 };
        RecordBox record = _random.Next(3) == 0
            ? RecordBox.Tombstone(key, version)
            : new RecordBox(key, (EntryType)_random.Next(1, 3), RandomValue(), "", expires, version);
        MergeResult result = record.MergeInto(_store, _nowMs);
        Assert.Empty(_changes.Changes);
        RecordBox incoming = AsOf(record);
        int order = before is null ? 1 : Compare(incoming, before);
        MergeResult expected = version <= _store.FlushVersion ? MergeResult.BelowFloor
            : order == 0 ? MergeResult.Same
            : order < 0 ? MergeResult.Older
            : incoming != record ? MergeResult.Expired
            : MergeResult.Applied;
        Assert.True(expected == result, $"{result}, not {expected}, seed {_seed}");
        if (result is MergeResult.Applied or MergeResult.Expired)
        {
            _model[key] = record;
        }
    }

    private void Advance()
    {
        _nowMs += _random.Next(2000);
        while (_store.Tick(_nowMs))
        {
        }
    }

    private void Flush()
    {
        if (_random.Next(40) != 0)
        {
            return;
        }
        ulong version = _store.Clock(_nowMs);
        ulong farthest = (ulong)(_nowMs + 60_000) << 16;
        _store.Flush(version, _nowMs);
        foreach (string key in _model.Keys.ToArray())
        {
            if (_model[key].Version <= version || _model[key].Version > farthest)
            {
                _model.Remove(key);
            }
        }
        Assert.True(_store.Clock(_nowMs) > version);
        CompareAll();
    }

    private void Told(RecordBox expected)
    {
        Assert.Equal(expected, Assert.Single(_changes.Changes));
        _changes.Changes.Clear();
        _model[expected.Key] = expected;
    }

    private string RandomValue() => new((char)('a' + _random.Next(3)), _random.Next(30) switch
    {
        0 => 40_000,
        1 => 3000,
        _ => _random.Next(100),
    });

    private static int Compare(RecordBox first, RecordBox second)
    {
        EntryRecord one = first.ToRecord(), other = second.ToRecord();
        return Henge.Storage.Entries.RecordOrder.Compare(in one, in other);
    }
}
