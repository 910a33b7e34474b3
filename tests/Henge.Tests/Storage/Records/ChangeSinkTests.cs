using Henge.Storage;

using Xunit;

namespace Henge.Tests.Storage.Records;

/// <summary>The change sink hears of every change once, as it is when the scope closes.</summary>
public class ChangeSinkTests
{
    private const long NowMs = 1_700_000_000_000;

    [Fact]
    public void A_scope_tells_once_and_only_what_is_left()
    {
        using Store store = NewStore(out ChangeList changes);
        using (EntryScope scope = store.Open("key"u8, NowMs))
        {
            scope.Set(EntryType.String, "first"u8, 0);
            scope.Resize(EntryType.String, 3, out Span<byte> value);
            value[0] = (byte)'F';
            scope.Modified();
            scope.SetExpiry(NowMs + 1000);
            Assert.Empty(changes.Changes);
        }
        RecordBox told = Assert.Single(changes.Changes);
        Assert.Equal(("Fir", NowMs + 1000, EntryType.String), (told.Value, told.ExpiresAtMs, told.Type));
        Assert.Equal(told, RecordList.Inspect(store, "key", NowMs));
    }

    [Fact]
    public void Reading_failing_and_merging_tell_nothing()
    {
        using Store store = NewStore(out ChangeList changes);
        new RecordBox("key", EntryType.String, "value", "", 0, 1UL << 40).MergeInto(store, NowMs);
        using (EntryScope scope = store.Open("key"u8, NowMs))
        {
            scope.Read();
            scope.Touch();
            Assert.Equal(WriteResult.TooLarge, scope.Set(EntryType.String, new byte[(64 << 20) + 1], 0));
        }
        using (EntryScope scope = store.Open("absent"u8, NowMs))
        {
            scope.SetExpiry(NowMs + 1000);
            scope.ExtendExpiry(NowMs + 1000);
            scope.Modified();
        }
        Assert.Empty(changes.Changes);
    }

    [Theory]
    [InlineData(false, false, 0)]
    [InlineData(true, false, 1)]
    [InlineData(true, true, 2)]
    public void A_deletion_is_told_with_its_version_whatever_is_kept_of_it(bool keeps, bool absent, int kept)
    {
        using Store store = NewStore(out ChangeList changes);
        store.KeepsTombstones = keeps;
        store.TombstonesForAbsent = absent;
        ulong version;
        using (EntryScope scope = store.Open("key"u8, NowMs))
        {
            scope.Set(EntryType.String, "value"u8, 0);
            version = scope.Version;
            Assert.True(scope.Delete());
        }
        using (EntryScope scope = store.Open("absent"u8, NowMs))
        {
            Assert.False(scope.Delete());
        }
        Assert.Equal(["key", "absent"], changes.Changes.Select(told => told.Key));
        Assert.All(changes.Changes, told => Assert.True(told.IsTombstone && told.Version > version));
        Assert.Equal(kept, store.Tombstones);
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void A_deletion_of_an_absent_key_raises_the_tombstone_that_is_there()
    {
        using Store store = NewStore(out ChangeList changes);
        store.KeepsTombstones = true;
        for (int i = 0; i < 3; i++)
        {
            using EntryScope scope = store.Open("key"u8, NowMs);
            if (i == 0)
            {
                scope.Set(EntryType.String, "value"u8, 0);
            }
            Assert.Equal(i == 0, scope.Delete());
        }
        Assert.Equal(1, store.Tombstones);
        Assert.Equal(changes.Changes[^1], RecordList.Inspect(store, "key", NowMs));
        Assert.Equal(3, changes.Changes.Select(told => told.Version).Distinct().Count());
    }

    [Fact]
    public void A_later_expiry_is_told_under_the_same_version()
    {
        using Store store = NewStore(out ChangeList changes);
        Set(store, "key", NowMs + 1000);
        using (EntryScope scope = store.Open("key"u8, NowMs))
        {
            scope.ExtendExpiry(NowMs + 2000);
        }
        Assert.Equal(2, changes.Changes.Count);
        Assert.Equal(changes.Changes[0] with { ExpiresAtMs = NowMs + 2000 }, changes.Changes[1]);
        using Store replica = new(new StoreOptions { MemoryBytes = 16 << 20 });
        Assert.Equal(MergeResult.Applied, changes.Changes[1].MergeInto(replica, NowMs));
        Assert.Equal(MergeResult.Older, changes.Changes[0].MergeInto(replica, NowMs));
    }

    [Fact]
    public void A_later_expiry_that_copies_need_not_know_is_not_told_and_an_earlier_one_is()
    {
        using Store store = NewStore(out ChangeList changes);
        Set(store, "key", NowMs + 1000);
        changes.Changes.Clear();
        using (EntryScope scope = store.Open("key"u8, NowMs))
        {
            scope.ExtendExpiry(NowMs + 2000, tellsCopies: false);
            Assert.Equal(NowMs + 2000, scope.ExpiresAtMs);
        }
        Assert.Empty(changes.Changes);
        using (EntryScope scope = store.Open("key"u8, NowMs))
        {
            scope.ExtendExpiry(NowMs + 500, tellsCopies: false);
        }
        Assert.Equal(NowMs + 500, Assert.Single(changes.Changes).ExpiresAtMs);
    }

    [Fact]
    public void A_value_that_is_reserved_is_told_as_it_was_written()
    {
        using Store store = NewStore(out ChangeList changes);
        using (EntryScope scope = store.Open("key"u8, NowMs))
        {
            Assert.Equal(
                WriteResult.Ok, scope.Reserve(EntryType.String, 3, NowMs + 1000, "a"u8, out Span<byte> value));
            "abc"u8.CopyTo(value);
        }
        RecordBox told = Assert.Single(changes.Changes);
        Assert.Equal(("abc", "a", NowMs + 1000), (told.Value, told.Attributes, told.ExpiresAtMs));
    }

    [Fact]
    public void What_is_evicted_before_its_scope_closes_is_told_as_deleted()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 16 << 20, Shards = 1, MaxEntries = 1 });
        var changes = new ChangeList();
        store.ChangeSink = changes;
        using (EntryScope outer = store.Open("outer"u8, NowMs))
        {
            outer.Set(EntryType.String, "value"u8, 0);
            Set(store, "inner", 0);
            Assert.False(outer.Found);
        }
        Assert.Equal([("inner", false), ("outer", true)], changes.Changes.Select(told => (told.Key, told.IsTombstone)));
    }

    [Fact]
    public void What_a_store_tells_makes_another_the_same()
    {
        using Store store = NewStore(out ChangeList changes);
        store.KeepsTombstones = true;
        using Store replica = new(new StoreOptions { MemoryBytes = 64 << 20, Shards = 4 });
        replica.KeepsTombstones = true;
        var random = new Random(7);
        for (int i = 0; i < 5000; i++)
        {
            using EntryScope scope = store.Open(RecordBox.Bytes("key" + random.Next(500)), NowMs);
            switch (random.Next(4))
            {
                case 0: scope.Delete(); break;
                case 1: scope.ExtendExpiry(NowMs + random.Next(1000, 2000)); break;
                default: scope.Set(EntryType.Hash, new byte[random.Next(200)], 0, "a"u8); break;
            }
        }
        foreach (RecordBox told in changes.Changes.OrderBy(_ => random.Next()))
        {
            told.MergeInto(replica, NowMs);
        }
        RecordBox[] live = [.. RecordList.All(store, NowMs).Where(record => !record.IsTombstone)];
        Assert.Equal(live, RecordList.All(replica, NowMs).Where(record => !record.IsTombstone));
        Assert.NotEmpty(live);
    }

    private static Store NewStore(out ChangeList changes)
    {
        changes = new ChangeList();
        return new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = 1 }) { ChangeSink = changes };
    }

    private static void Set(Store store, string key, long expiresAtMs)
    {
        using EntryScope scope = store.Open(RecordBox.Bytes(key), NowMs);
        scope.Set(EntryType.String, "value"u8, expiresAtMs);
    }
}
