using Henge.Storage;
using Henge.Storage.Shards;

using Xunit;

namespace Henge.Tests.Storage.Records;

/// <summary>Versions grow, whatever clocks and other nodes do.</summary>
public class VersionTests
{
    private const long NowMs = 1_700_000_000_000;

    [Fact]
    public void A_version_is_above_the_clock_above_the_last_and_above_the_stored()
    {
        var clock = new VersionClock(salt: 48, ignoresOthers: false);
        Assert.Equal((ulong)NowMs << 16 | 48, clock.Next(NowMs, 0));
        Assert.Equal((ulong)NowMs << 16 | 49, clock.Next(NowMs, 0));
        Assert.Equal((ulong)NowMs << 16 | 50, clock.Next(NowMs - 3_600_000, 0));
        ulong stored = (ulong)(NowMs + 59_000) << 16;
        Assert.Equal(stored + 1, clock.Next(NowMs, stored));
        Assert.Equal(stored + 2, clock.Next(NowMs, 0));
    }

    [Fact]
    public void A_version_from_far_ahead_is_overtaken_for_its_key_and_moves_no_clock()
    {
        var clock = new VersionClock(salt: 0, ignoresOthers: false);
        ulong poison = (ulong)(NowMs + 61_000) << 16;
        Assert.Equal(poison + 1, clock.Next(NowMs, poison));
        Assert.Equal((ulong)NowMs << 16, clock.Next(NowMs, 0));
        Assert.Equal(ulong.MaxValue, clock.Next(NowMs, ulong.MaxValue));
        clock.Advance(poison, VersionClock.Farthest(NowMs));
        Assert.Equal(((ulong)NowMs << 16) + 1, clock.Next(NowMs, 0));
    }

    [Fact]
    public void A_store_with_a_poisoned_key_lets_any_client_overwrite_and_delete_it()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 16 << 20, Shards = 1 });
        store.KeepsTombstones = true;
        ulong poison = (ulong)(NowMs + 86_400_000) << 16;
        var record = new RecordBox("key", EntryType.String, "poison", "", 0, poison);
        Assert.Equal(MergeResult.Applied, record.MergeInto(store, NowMs));
        Assert.True(store.Clock(NowMs) < (ulong)(NowMs + 1) << 16);
        using (EntryScope scope = store.Open("key"u8, NowMs))
        {
            scope.Set(EntryType.String, "value"u8, 0);
            Assert.Equal(poison + 1, scope.Version);
            scope.Delete();
            scope.Set(EntryType.String, "again"u8, 0);
            Assert.Equal(poison + 3, scope.Version);
        }
        Assert.Equal(MergeResult.Older, record.MergeInto(store, NowMs));
        Assert.True(store.Clock(NowMs) < (ulong)(NowMs + 1) << 16);
    }

    [Fact]
    public void The_highest_version_is_known_though_the_clock_does_not_follow_it()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = 2 });
        ulong poison = (ulong)(NowMs + 3_600_000) << 16;
        new RecordBox("key", EntryType.String, "value", "", 0, poison).MergeInto(store, NowMs);
        Assert.Equal(poison, store.HighestVersion);
        using (EntryScope scope = store.Open("key"u8, NowMs))
        {
            scope.Set(EntryType.String, "again"u8, 0);
        }
        Assert.Equal(poison + 1, store.HighestVersion);
        Assert.True(store.Clock(NowMs) < (ulong)(NowMs + 1) << 16);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void The_clock_of_a_store_is_ahead_of_all_its_shards_and_can_be_moved_a_minute(int shards)
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = shards });
        Assert.False(store.AdvanceClock((ulong)(NowMs + 60_001) << 16, NowMs));
        Assert.True(store.Clock(NowMs) < (ulong)(NowMs + 1) << 16);
        ulong target = (ulong)(NowMs + 60_000) << 16;
        Assert.True(store.AdvanceClock(target, NowMs));
        ulong clock = store.Clock(NowMs);
        Assert.True(clock > target);
        for (int i = 0; i < 100; i++)
        {
            using EntryScope scope = store.Open(RecordBox.Bytes("key" + i), NowMs);
            scope.Set(EntryType.String, "value"u8, 0);
            Assert.True(scope.Version > target);
        }
        Assert.True(store.Clock(NowMs) >= clock);
    }

    [Fact]
    public void A_merge_moves_the_clock_of_its_shard()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 16 << 20, Shards = 1 });
        ulong version = (ulong)(NowMs + 30_000) << 16;
        new RecordBox("key", EntryType.String, "value", "", 0, version).MergeInto(store, NowMs);
        using EntryScope scope = store.Open("other"u8, NowMs);
        scope.Set(EntryType.String, "value"u8, 0);
        Assert.True(scope.Version > version);
    }

    [Fact]
    public void Stores_of_different_seeds_seldom_make_the_same_version()
    {
        var versions = new HashSet<ulong>();
        for (ulong seed = 1; seed <= 20; seed++)
        {
            using var store = new Store(new StoreOptions { MemoryBytes = 1 << 20, Shards = 1, HashSeed = seed });
            using EntryScope scope = store.Open("key"u8, NowMs);
            scope.Set(EntryType.String, "value"u8, 0);
            versions.Add(scope.Version);
        }
        Assert.InRange(versions.Count, 15, 20);
    }

    [Fact]
    public void The_planted_mistakes_make_versions_go_back_and_old_records_win()
    {
        using var store = new Store(new StoreOptions
        {
            MemoryBytes = 16 << 20,
            VersionsIgnoreStored = true,
            MergesLastArrival = true,
        });
        ulong version = (ulong)(NowMs + 30_000) << 16;
        new RecordBox("key", EntryType.String, "new", "", 0, version).MergeInto(store, NowMs);
        var old = new RecordBox("key", EntryType.String, "old", "", 0, version - 1);
        Assert.Equal(MergeResult.Applied, old.MergeInto(store, NowMs));
        using EntryScope scope = store.Open("key"u8, NowMs);
        scope.Set(EntryType.String, "value"u8, 0);
        Assert.True(scope.Version < version - 1);
    }
}
