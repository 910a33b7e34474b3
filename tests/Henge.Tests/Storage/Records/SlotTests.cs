using Henge.Storage;

using Xunit;

namespace Henge.Tests.Storage.Records;

/// <summary>Counts, floors and dropping by slot, and flushes.</summary>
public class SlotTests
{
    private const long NowMs = 1_700_000_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Dropped_slots_are_empty_and_the_others_as_they_were(int shards)
    {
        using Store store = Filled(shards);
        RecordBox[] before = RecordList.All(store, NowMs);
        var slots = new bool[LetterSlots.Count];
        slots[3] = slots[7] = true;
        ulong cursor = 0;
        int calls = 0;
        do
        {
            cursor = store.DropSlots(cursor, 100, slots);
            calls++;
        }
        while (cursor != 0);
        Assert.True(calls > 10);
        var function = new LetterSlots();
        Assert.Equal(before.Where(record => !slots[function.SlotOf(RecordBox.Bytes(record.Key))]),
            RecordList.All(store, NowMs));
        Assert.Equal((0, 0), (store.CountInSlot(3), store.CountInSlot(7)));
        Assert.Equal((0UL, 0L), (store.Floor(3), store.TombstonesDropped));
        Assert.Equal(store.Count, Enumerable.Range(0, LetterSlots.Count).Sum(store.CountInSlot));
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void A_floor_only_rises_and_refuses_unknown_keys_alone()
    {
        using Store store = Filled(1);
        RecordBox known = RecordList.All(store, NowMs).First(record => !record.IsTombstone);
        int slot = new LetterSlots().SlotOf(RecordBox.Bytes(known.Key));
        ulong floor = known.Version + 1000;
        store.RaiseFloor(slot, floor);
        store.RaiseFloor(slot, floor - 1);
        Assert.Equal(floor, store.Floor(slot));
        RecordBox newer = known with { Version = known.Version + 1, Value = "newer" };
        Assert.Equal(MergeResult.Applied, newer.MergeInto(store, NowMs, checksFloor: true));
        string unknown = known.Key + new string('\0', 3);
        RecordBox refused = known with { Key = unknown, Version = floor };
        Assert.Equal(MergeResult.BelowFloor, refused.MergeInto(store, NowMs, checksFloor: true));
        Assert.Null(RecordList.Inspect(store, unknown, NowMs));
        Assert.Equal(MergeResult.BelowFloor,
            RecordBox.Tombstone(unknown, floor).MergeInto(store, NowMs, checksFloor: true));
        RecordBox taken = refused with { Version = floor + 1 };
        Assert.Equal(MergeResult.Applied, taken.MergeInto(store, NowMs, checksFloor: true));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_flush_takes_what_is_here_and_refuses_what_is_older(int shards)
    {
        using Store store = Filled(shards);
        RecordBox[] before = RecordList.All(store, NowMs);
        var poison = new RecordBox("poison", EntryType.String, "", "", 0, (ulong)(NowMs + 70_000) << 16);
        poison.MergeInto(store, NowMs);
        ulong version = store.Clock(NowMs);
        store.Flush(version, NowMs);
        Assert.Empty(RecordList.All(store, NowMs));
        Assert.Equal((0L, version), (store.Count, store.FlushVersion));
        Assert.All(before, record => Assert.Equal(MergeResult.BelowFloor, record.MergeInto(store, NowMs)));
        ulong written = Set(store, "new");
        Assert.True(written > version);
        store.Flush(version, NowMs);
        store.Flush(version - 1, NowMs);
        Assert.Equal((1L, version), (store.Count, store.FlushVersion));
        Assert.Equal(MergeResult.Same, RecordList.All(store, NowMs)[0].MergeInto(store, NowMs));
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void A_flush_from_far_ahead_takes_what_is_here_and_no_more()
    {
        using Store store = Filled(4);
        store.Flush(ulong.MaxValue, NowMs);
        Assert.Equal((0L, 0L), (store.Count, store.Tombstones));
        Assert.True(store.FlushVersion < (ulong)(NowMs + 1) << 16);
        Assert.True(Set(store, "new") > store.FlushVersion);
    }

    [Fact]
    public void A_store_without_slots_counts_none_and_has_no_floors()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 16 << 20 });
        Set(store, "key");
        store.RaiseFloor(1, 5);
        Assert.Equal((0, 0UL), (store.CountInSlot(1), store.Floor(1)));
        Assert.Throws<InvalidOperationException>(() => store.DropSlots(0, 1, new bool[LetterSlots.Count]));
        var record = new RecordBox("other", EntryType.String, "", "", 0, 1);
        Assert.Equal(MergeResult.Applied, record.MergeInto(store, NowMs, checksFloor: true));
    }

    [Fact]
    public void What_no_store_can_keep_is_too_large()
    {
        using Store store = Filled(1);
        var record = new RecordBox("key", EntryType.String, "", "", 0, ulong.MaxValue);
        Assert.Equal(MergeResult.TooLarge, (record with { Type = (EntryType)7 }).MergeInto(store, NowMs));
        Assert.Equal(MergeResult.TooLarge, (record with { Key = new string('k', 65_537) }).MergeInto(store, NowMs));
        RecordBox wide = record with { Attributes = new string('a', 16_385) };
        Assert.Equal(MergeResult.TooLarge, wide.MergeInto(store, NowMs));
        RecordBox large = record with { Value = new string('v', 40 << 20) };
        Assert.Equal(MergeResult.OutOfMemory, large.MergeInto(store, NowMs));
        Assert.Equal(MergeResult.Applied, record.MergeInto(store, NowMs));
        Assert.Equal(MergeResult.Same, record.MergeInto(store, NowMs));
        StoreVerifier.Verify(store);
    }

    private static Store Filled(int shards)
    {
        var store = new Store(new StoreOptions
        {
            MemoryBytes = 32 << 20,
            Shards = shards,
            Slots = new LetterSlots(),
            SlotCount = LetterSlots.Count,
        });
        store.KeepsTombstones = true;
        for (int i = 0; i < 2000; i++)
        {
            Set(store, "key" + i);
            if (i % 5 == 0)
            {
                using EntryScope scope = store.Open(RecordBox.Bytes("key" + i), NowMs);
                scope.Delete();
            }
        }
        return store;
    }

    private static ulong Set(Store store, string key)
    {
        using EntryScope scope = store.Open(RecordBox.Bytes(key), NowMs);
        Assert.Equal(WriteResult.Ok, scope.Set(EntryType.String, "value"u8, 0));
        return scope.Version;
    }
}
