using Henge.Storage;
using Henge.Tests.Storage.Records;

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>What is stale by its attributes is treated as expired everywhere.</summary>
public class StalenessTests
{
    private const long NowMs = 1_700_000_000_000;

    [Fact]
    public void A_stale_entry_is_found_by_nobody_and_leaves_the_others_alone()
    {
        var stale = new StaleLetters();
        using Store store = Create(stale);
        ulong version = Set(store, "key", "a");
        Set(store, "other", "b");
        Set(store, "plain", "");

        stale.Raise('a', version);

        using (EntryScope entry = store.Open("key"u8, NowMs))
        {
            Assert.False(entry.Found);
        }
        Assert.Null(RecordList.Inspect(store, "key", NowMs));
        Assert.Equal(["other", "plain"],
            RecordList.All(store, NowMs).Select(record => record.Key).Order(StringComparer.Ordinal));
        Assert.Equal(2, store.Count);
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void Before_it_is_swept_a_stale_entry_is_shown_as_a_tombstone_and_to_scans_not_at_all()
    {
        var stale = new StaleLetters();
        using Store store = Create(stale);
        ulong version = Set(store, "key", "a");
        stale.Raise('a', version);

        RecordBox shown = Assert.Single(RecordList.All(store, NowMs));
        Assert.Equal((true, version), (shown.IsTombstone, shown.Version));
        var counter = new EntryCounter();
        Assert.Equal(0UL, store.Scan(0, 100, NowMs, ref counter));
        Assert.Equal(0, counter.Count);
        Assert.False(store.TryVisitRandom(1, NowMs, ref counter));
        Assert.Equal(1, store.Count);
    }

    [Fact]
    public void What_is_written_after_is_later_than_what_is_stale_whatever_the_clock_says()
    {
        var stale = new StaleLetters();
        using Store store = Create(stale);
        ulong far = (ulong)(NowMs + 3_600_000) << 16;
        stale.Raise('a', far);

        ulong version = Set(store, "key", "a");

        Assert.True(version > far);
        using EntryScope entry = store.Open("key"u8, NowMs);
        Assert.True(entry.Found);
        Assert.True(Set(store, "plain", "") < far);
    }

    [Fact]
    public void A_stale_record_is_merged_as_a_tombstone_of_its_version()
    {
        var stale = new StaleLetters();
        using Store store = Create(stale);
        store.KeepsTombstones = true;
        ulong version = store.Clock(NowMs) + 10;
        stale.Raise('a', version);
        var record = new RecordBox("key", EntryType.String, "value", "a", 0, version);

        Assert.Equal(MergeResult.Expired, record.MergeInto(store, NowMs));
        Assert.Equal(MergeResult.Same, record.MergeInto(store, NowMs));
        Assert.Equal(MergeResult.Older,
            (record with { Attributes = "", Version = version - 1 }).MergeInto(store, NowMs));
        Assert.Equal(MergeResult.Applied, (record with { Version = version + 1 }).MergeInto(store, NowMs));
        Assert.Equal("value", Assert.Single(RecordList.All(store, NowMs)).Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Stale_entries_are_swept_in_the_background_and_no_more_often_than_is_needed(int shards)
    {
        var stale = new StaleLetters();
        using Store store = Create(stale, shards);
        ulong version = 0;
        for (int i = 0; i < 10_000; i++)
        {
            version = Math.Max(version, Set(store, $"key{i}", i % 2 == 0 ? "a" : "b"));
        }

        stale.Raise('a', version);
        Assert.True(store.Tick(NowMs));
        while (store.Tick(NowMs))
        {
        }

        Assert.Equal(5000, store.Count);
        stale.Raise('b', version);
        Assert.False(store.Tick(NowMs + 999));
        Assert.True(store.Tick(NowMs + 1000));
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void A_swept_entry_leaves_a_tombstone_where_expiry_does()
    {
        var stale = new StaleLetters();
        using Store store = Create(stale);
        (store.KeepsTombstones, store.TombstonesForAbsent) = (true, true);
        ulong version = Set(store, "key", "a");
        stale.Raise('a', version);

        store.Tick(NowMs);

        Assert.Equal((0L, 1L), (store.Count, store.Tombstones));
        Assert.Equal(version, Assert.Single(RecordList.All(store, NowMs)).Version);
    }

    private static Store Create(StaleLetters stale, int shards = 1) =>
        new(new StoreOptions { MemoryBytes = 64 << 20, Shards = shards, HashSeed = 3 }) { Staleness = stale };

    private static ulong Set(Store store, string key, string attributes)
    {
        using EntryScope entry = store.Open(RecordBox.Bytes(key), NowMs);
        Assert.Equal(WriteResult.Ok, entry.Set(EntryType.String, "value"u8, 0, RecordBox.Bytes(attributes)));
        return entry.Version;
    }
}
