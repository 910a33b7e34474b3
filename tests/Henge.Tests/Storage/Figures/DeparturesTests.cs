using System.Text;

using Henge.Storage;
using Henge.Storage.Figures;

using Xunit;

namespace Henge.Tests.Storage.Figures;

/// <summary>Why a key has no entry, as the store says when it is asked.</summary>
public sealed class DeparturesTests
{
    private const long Now = 1_000_000;

    [Fact]
    public void A_key_that_was_never_there_is_absent()
    {
        using Store store = Create();
        Assert.Equal(MissReason.Absent, Read(store, "k", Now));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_past_its_deadline_has_expired_whether_swept_or_just_found(bool swept)
    {
        using Store store = Create();
        Set(store, "k", expiresAtMs: Now + 10);
        if (swept)
        {
            while (store.Tick(Now + 10_000))
            {
            }
            Assert.Equal(0, store.Count);
        }
        Assert.Equal(MissReason.Expired, Read(store, "k", Now + 10_000));
        Assert.Equal(MissReason.Expired, Read(store, "k", Now + 10_000));
    }

    [Fact]
    public void What_made_room_was_evicted()
    {
        using Store store = Create(maxEntries: 1);
        Set(store, "a");
        Set(store, "b");
        Assert.Equal(MissReason.Evicted, Read(store, "a", Now));
        Assert.Equal(1, StoreStatistics.MissesBy(store.Core, MissReason.Evicted));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_somebody_deleted_was_deleted_with_and_without_a_tombstone(bool keeps)
    {
        using Store store = Create();
        store.KeepsTombstones = keeps;
        Set(store, "k");
        using (EntryScope scope = store.Open("k"u8, Now))
        {
            scope.Delete();
        }
        Assert.Equal(MissReason.Deleted, Read(store, "k", Now));
    }

    [Fact]
    public void What_is_stale_was_invalidated()
    {
        using Store store = Create();
        var stale = new StaleLetters();
        store.Staleness = stale;
        Set(store, "k", attributes: "a"u8.ToArray());
        stale.Raise('a', ulong.MaxValue);
        Assert.Equal(MissReason.Invalidated, Read(store, "k", Now));
    }

    [Fact]
    public void The_latest_reason_counts_and_a_key_that_is_there_has_none()
    {
        using Store store = Create(maxEntries: 1);
        Set(store, "k");
        Set(store, "other");
        Set(store, "k");
        Assert.Null(Read(store, "k", Now));
        using (EntryScope scope = store.Open("k"u8, Now))
        {
            scope.Delete();
        }
        Assert.Equal(MissReason.Deleted, Read(store, "k", Now));
    }

    [Fact]
    public void While_entries_from_before_are_read_what_is_not_known_to_be_gone_is_loading()
    {
        using Store store = Create();
        store.KeepsTombstones = true;
        Set(store, "deleted");
        using (EntryScope scope = store.Open("deleted"u8, Now))
        {
            scope.Delete();
        }
        store.Core.IsLoading = true;
        Assert.Equal(MissReason.Loading, Read(store, "k", Now));
        Assert.Equal(MissReason.Deleted, Read(store, "deleted", Now));
        store.Core.IsLoading = false;
        Assert.Equal(MissReason.Absent, Read(store, "k", Now));
        Assert.Equal(1, StoreStatistics.MissesBy(store.Core, MissReason.Loading));
    }

    [Fact]
    public void Other_keys_are_never_given_a_reason_and_memory_is_bounded_and_counted()
    {
        using Store store = Create();
        for (int i = 0; i < 50_000; i++)
        {
            Set(store, "here" + i, expiresAtMs: Now + 1);
        }
        while (store.Tick(Now + 10_000))
        {
        }
        int known = 0;
        for (int i = 0; i < 50_000; i++)
        {
            Assert.Equal(MissReason.Absent, Read(store, "never" + i, Now + 10_000));
            known += Read(store, "here" + i, Now + 10_000) == MissReason.Expired ? 1 : 0;
        }
        long bytes = store.Core.Shards.Sum(static shard => shard.Gone.Bytes);
        long share = store.MemoryBytes / Departures.MemoryShare;
        Assert.InRange(bytes, share / 2, share);
        Assert.InRange(known, bytes / sizeof(uint) / 2, bytes / sizeof(uint));
    }

    [Fact]
    public void A_store_that_is_not_asked_to_remember_takes_nothing_for_it()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 16 << 20, MaxEntries = 1 });
        Set(store, "a");
        Set(store, "b");
        Assert.Null(Read(store, "a", Now));
        Assert.All(store.Core.Shards, static shard => Assert.Equal(0, shard.Gone.Bytes));
        Assert.Equal(1, store.GetStatistics().Misses);
    }

    private static Store Create(long maxEntries = 0) => new(new StoreOptions
    {
        MemoryBytes = 32 << 20,
        MaxEntries = maxEntries,
        HashSeed = 7,
        RemembersDepartures = true,
    });

    private static void Set(Store store, string key, long expiresAtMs = 0, byte[]? attributes = null)
    {
        using EntryScope scope = store.Open(Encoding.UTF8.GetBytes(key), Now);
        Assert.Equal(WriteResult.Ok, scope.Set(EntryType.String, "v"u8, expiresAtMs, attributes));
    }

    private static MissReason? Read(Store store, string key, long nowMs)
    {
        using EntryScope scope = store.Open(Encoding.UTF8.GetBytes(key), nowMs);
        return scope.Read() ? null : scope.WhyMissing;
    }
}
