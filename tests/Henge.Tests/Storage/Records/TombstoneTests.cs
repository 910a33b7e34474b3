using Henge.Storage;
using Henge.Storage.Slots;
using Henge.Storage.Visits;

using Xunit;

namespace Henge.Tests.Storage.Records;

/// <summary>What a deletion leaves, for how long, and who sees it.</summary>
public class TombstoneTests
{
    private const long NowMs = 1_700_000_000_000;

    [Fact]
    public void Nobody_but_the_ring_sees_a_tombstone()
    {
        using Store store = NewStore();
        Set(store, "stays");
        for (int i = 0; i < 500; i++)
        {
            Set(store, "gone" + i);
            Assert.True(Delete(store, "gone" + i));
        }
        Assert.Equal(1, store.Count);
        Assert.Equal(1, store.GetStatistics().Entries);
        Assert.Equal(500, store.Tombstones);
        Assert.Equal("stays".Length + "value".Length, store.GetStatistics().DataBytes);
        var keys = new KeyCounter();
        Assert.Equal(0UL, store.Scan(0, 10_000, NowMs, ref keys));
        for (ulong draw = 0; draw < 50; draw++)
        {
            Assert.True(store.TryVisitRandom(draw, NowMs, ref keys));
        }
        Assert.Equal(51, keys.Seen);
        using (EntryScope scope = store.Open("gone1"u8, NowMs))
        {
            Assert.False(scope.Found || scope.Read());
            Assert.Equal(0UL, scope.Version);
            Assert.False(scope.Delete());
        }
        Assert.True(Delete(store, "stays"));
        Assert.False(store.TryVisitRandom(7, NowMs, ref keys));
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void Tombstones_do_not_count_against_the_bound_on_entries()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 16 << 20, Shards = 1, MaxEntries = 10 });
        store.KeepsTombstones = true;
        for (int i = 0; i < 100; i++)
        {
            Set(store, "gone" + i);
            Delete(store, "gone" + i);
        }
        for (int i = 0; i < 10; i++)
        {
            Set(store, "gone" + i);
        }
        Assert.Equal(10, store.Count);
        Assert.Equal(90, store.Tombstones);
        Assert.Equal(0, store.GetStatistics().Evicted);
        StoreVerifier.Verify(store);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void What_the_bound_takes_raises_the_floor_of_its_slot(int shards)
    {
        using Store store = NewStore(4 << 20, shards);
        var versions = new Dictionary<string, ulong>();
        for (int i = 0; i < 20_000; i++)
        {
            Set(store, "key" + i);
            Delete(store, "key" + i);
            Assert.True(store.TombstoneBytes <= store.MemoryBytes / 20);
            versions["key" + i] = RecordList.Inspect(store, "key" + i, NowMs)!.Version;
        }
        Assert.True(store.TombstoneBytes > store.MemoryBytes / 25);
        Assert.Equal(20_000, store.Tombstones + store.TombstonesDropped);
        var slots = new LetterSlots();
        foreach ((string key, ulong version) in versions)
        {
            RecordBox? here = RecordList.Inspect(store, key, NowMs);
            int slot = slots.SlotOf(RecordBox.Bytes(key));
            Assert.True(here is not null || store.Floor(slot) >= version);
        }
        var zombie = new RecordBox("key1", EntryType.String, "old", "", 0, versions["key1"] - 1);
        Assert.Equal(MergeResult.BelowFloor, zombie.MergeInto(store, NowMs, checksFloor: true));
        Assert.Equal(MergeResult.Applied, zombie.MergeInto(store, NowMs));
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void A_key_too_long_for_a_slot_raises_the_floor_at_once()
    {
        using Store store = NewStore();
        string key = new('k', 40_000);
        Set(store, key);
        Assert.True(Delete(store, key));
        Assert.Equal((0, 1), (store.Tombstones, store.TombstonesDropped));
        Assert.NotEqual(0UL, store.Floor(new LetterSlots().SlotOf(RecordBox.Bytes(key))));
        StoreVerifier.Verify(store);
    }

    [Theory]
    [InlineData(16_384)]
    [InlineData(200_000)]
    [InlineData(0)]
    public void A_large_entry_leaves_a_small_tombstone(int length)
    {
        using Store store = NewStore();
        using (EntryScope scope = store.Open("key"u8, NowMs))
        {
            scope.Set(EntryType.Hash, new byte[length], NowMs + 1000, "attributes"u8);
            Assert.True(scope.Delete());
        }
        Assert.InRange(store.TombstoneBytes, 1, 64);
        Assert.True(RecordList.Inspect(store, "key", NowMs)!.IsTombstone);
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void The_horizon_purges_without_raising_floors_and_a_clock_far_ahead_holds_nothing_up()
    {
        using Store store = NewStore();
        RecordBox.Tombstone("poison", (ulong)(NowMs + 1_000_000) << 16).MergeInto(store, NowMs);
        for (int i = 0; i < 1000; i++)
        {
            Set(store, "key" + i);
            Delete(store, "key" + i);
        }
        ulong horizon = RecordList.Inspect(store, "key499", NowMs)!.Version;
        store.TombstoneHorizon = horizon;
        while (store.Tick(NowMs))
        {
        }
        Assert.Equal(501, store.Tombstones);
        Assert.Null(RecordList.Inspect(store, "key499", NowMs));
        Assert.NotNull(RecordList.Inspect(store, "key500", NowMs));
        Assert.All(Enumerable.Range(0, LetterSlots.Count), slot => Assert.Equal(0UL, store.Floor(slot)));
        store.TombstoneHorizon = ulong.MaxValue;
        while (store.Tick(NowMs))
        {
        }
        Assert.Equal((0, 0), (store.Tombstones, store.TombstonesDropped));
        StoreVerifier.Verify(store);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Expiry_leaves_a_tombstone_of_its_own_version_only_while_somebody_is_away(bool away)
    {
        using Store store = NewStore();
        store.TombstonesForAbsent = away;
        ulong swept = Set(store, "swept", NowMs + 1000);
        ulong read = Set(store, "read", NowMs + 2000);
        while (store.Tick(NowMs + 1500))
        {
        }
        Assert.Equal(1, store.Count);
        RecordBox? left = RecordList.Inspect(store, "swept", NowMs + 1500);
        Assert.Equal(away ? RecordBox.Tombstone("swept", swept) : null, left);
        left = RecordList.Inspect(store, "read", NowMs + 2000);
        Assert.Equal(away ? RecordBox.Tombstone("read", read) : null, left);
        Assert.Equal(2, store.GetStatistics().Expired);
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void Eviction_leaves_none_and_pressure_takes_them_when_nothing_else_is_left()
    {
        using Store store = NewStore(4 << 20);
        for (int i = 0; i < 1000; i++)
        {
            Set(store, "gone" + i);
            Delete(store, "gone" + i);
        }
        for (int i = 0; i < 100_000; i++)
        {
            Set(store, "key" + i);
        }
        Assert.True(store.GetStatistics().Evicted > 0);
        Assert.Equal(1000, store.Tombstones);
        store.Charge(5 << 20);
        while (store.Tick(NowMs))
        {
        }
        Assert.Equal((0, 0), (store.Count, store.Tombstones));
        Assert.Equal(1000, store.TombstonesDropped);
        Assert.Contains(Enumerable.Range(0, LetterSlots.Count), slot => store.Floor(slot) != 0);
        store.Charge(-(5 << 20));
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void A_lowered_limit_takes_tombstones_beyond_its_share()
    {
        using Store store = NewStore(64 << 20);
        for (int i = 0; i < 20_000; i++)
        {
            RecordBox.Tombstone("key" + i, (ulong)NowMs << 16).MergeInto(store, NowMs);
        }
        Assert.Equal(20_000, store.Tombstones);
        store.MemoryBytes = 8 << 20;
        while (store.Tick(NowMs))
        {
        }
        Assert.InRange(store.TombstoneBytes, 1, store.MemoryBytes / 20);
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void Digests_pass_over_tombstones_and_over_what_expires_soon()
    {
        using Store store = NewStore();
        Set(store, "soon", NowMs + 1000);
        Set(store, "gone");
        Delete(store, "gone");
        var sums = new ulong[LetterSlots.Count];
        var digests = new SlotDigests<Slots>(default, sums, NowMs + 2000);
        store.Scan(0, 100, NowMs, ref digests);
        Assert.All(sums, sum => Assert.Equal(0UL, sum));
        Set(store, "later", NowMs + 2000);
        Set(store, "ever");
        store.Scan(0, 100, NowMs, ref digests);
        Assert.Equal(2, sums.Count(sum => sum != 0));
    }

    private static Store NewStore(long memory = 64 << 20, int shards = 1) => new(new StoreOptions
    {
        MemoryBytes = memory,
        Shards = shards,
        Slots = new LetterSlots(),
        SlotCount = LetterSlots.Count,
    })
    {
        KeepsTombstones = true,
    };

    private static ulong Set(Store store, string key, long expiresAtMs = 0)
    {
        using EntryScope scope = store.Open(RecordBox.Bytes(key), NowMs);
        Assert.Equal(WriteResult.Ok, scope.Set(EntryType.String, "value"u8, expiresAtMs));
        return scope.Version;
    }

    private static bool Delete(Store store, string key)
    {
        using EntryScope scope = store.Open(RecordBox.Bytes(key), NowMs);
        return scope.Delete();
    }

    private struct Slots : ISlotFunction
    {
        public readonly int SlotOf(ReadOnlySpan<byte> key) => new LetterSlots().SlotOf(key);
    }

    private struct KeyCounter : IEntryVisitor
    {
        public int Seen;

        public void Visit(in EntryView entry)
        {
            Assert.Equal("stays"u8, entry.Key);
            Seen++;
        }
    }
}
