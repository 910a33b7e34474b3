using System.Runtime.InteropServices;

using Henge.Storage;

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>The bounds of a store: what happens at them, and when they change.</summary>
public class LimitTests
{
    private const long NowMs = 1_700_000_000_000;

    [Fact]
    public void A_limit_too_small_to_start_with_is_refused_with_the_smallest_that_works()
    {
        var refused = Assert.Throws<ArgumentException>(() => new Store(new StoreOptions { MemoryBytes = 100_000 }));
        Assert.Contains("1048576", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Store(new StoreOptions { Shards = 3 }));
        using var store = new Store(new StoreOptions { MemoryBytes = StoreOptions.SmallestMemoryBytes });
        Assert.Equal(WriteResult.Ok, Set(store, 1, 1000));
        Assert.Throws<ArgumentException>(() => store.MemoryBytes = 1000);
    }

    [Fact]
    public void A_value_that_cannot_fit_is_out_of_memory_and_the_old_entry_stays()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 4 << 20, Shards = 2 });
        Assert.Equal(WriteResult.Ok, Set(store, 1, 100));
        Assert.Equal(WriteResult.OutOfMemory, Set(store, 1, 5 << 20));
        Assert.Equal(100, Length(store, 1));
        Assert.Equal(WriteResult.OutOfMemory, Set(store, 2, 5 << 20));
        Assert.Equal(-1, Length(store, 2));
        Assert.Equal(WriteResult.TooLarge, Set(store, 1, (64 << 20) + 1));
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void The_largest_value_fits_and_grows_in_place()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 256 << 20, Shards = 4 });
        Assert.Equal(WriteResult.Ok, Set(store, 1, 64 << 20));
        Assert.Equal(64 << 20, Length(store, 1));
        Assert.Equal(WriteResult.Ok, Set(store, 1, (64 << 20) - 100_000));
        Assert.Equal(WriteResult.Ok, Set(store, 2, 1 << 20));
        int key = 2;
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), NowMs);
        scope.WritableValue.Fill(7);
        Assert.Equal(WriteResult.Ok, scope.Resize(EntryType.String, 3 << 20, out Span<byte> value));
        Assert.False(value[..(1 << 20)].ContainsAnyExcept((byte)7));
        Assert.False(value[(1 << 20)..].ContainsAnyExcept((byte)0));
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void A_large_value_is_paid_for_by_all_shards()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = 4, HashSeed = 1 });
        for (int i = 0; i < 500_000; i++)
        {
            Set(store, i, 100);
        }
        long[] before = Counts(store);
        Assert.Equal(WriteResult.Ok, Set(store, -1, 12 << 20));
        long[] after = Counts(store);
        for (int i = 0; i < before.Length; i++)
        {
            Assert.InRange(before[i] - after[i], 1, before[i] / 2);
        }
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void Lowering_the_limits_evicts_down_to_them_and_raising_them_is_used()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 32 << 20, Shards = 4 });
        for (int i = 0; i < 100_000; i++)
        {
            Set(store, i, 200);
        }
        long held = store.Count;
        store.MemoryBytes = 8 << 20;
        Settle(store);
        Assert.True(store.GetStatistics().UsedBytes <= 8 << 20);
        Assert.InRange(store.Count, 1000, held / 2);
        store.MaxEntries = 500;
        Settle(store);
        Assert.Equal(500, store.Count);
        store.MaxEntries = 0;
        store.MemoryBytes = 128 << 20;
        for (int i = 0; i < 300_000; i++)
        {
            Set(store, i, 200);
        }
        Assert.Equal(300_000, store.Count);
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void Charged_bytes_push_entries_out()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 16 << 20, Shards = 1 });
        for (int i = 0; i < 100_000; i++)
        {
            Set(store, i, 200);
        }
        long held = store.Count;
        store.Charge(12 << 20);
        Settle(store);
        Assert.True(store.GetStatistics().UsedBytes <= 16 << 20);
        Assert.True(store.Count < held / 2);
        Assert.Equal(WriteResult.Ok, Set(store, 1, 100));
        store.Charge(10 << 20);
        Settle(store);
        Assert.Equal(0, store.Count);
        Assert.Equal(WriteResult.OutOfMemory, Set(store, 1, 100));
        store.Charge(-(22 << 20));
        Assert.Equal(WriteResult.Ok, Set(store, 1, 100));
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void A_full_store_writes_long_values_into_the_memory_of_those_that_go()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = 2 });
        for (int i = 0; i < 4000; i++)
        {
            Assert.Equal(WriteResult.Ok, Set(store, i, 40_000));
        }
        Assert.InRange(store.Core.Extents.WarmBytes, 1, 1 << 20);
        Assert.Equal(40_000, Length(store, 3999));
        Assert.Equal(-1, Length(store, 0));
        StoreVerifier.Verify(store);

        // Before an entry goes for what is charged, what is warm does.
        long held = store.Count;
        long warm = store.Core.Extents.WarmBytes;
        store.Charge(store.MemoryBytes - store.GetStatistics().UsedBytes + warm);
        Settle(store);
        Assert.Equal(0, store.Core.Extents.WarmBytes);
        Assert.Equal(held, store.Count);
        StoreVerifier.Verify(store);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void The_entry_bound_is_never_passed(int shards)
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = shards, MaxEntries = 10 });
        for (int i = 0; i < 5000; i++)
        {
            Assert.Equal(WriteResult.Ok, Set(store, i, 10));
            Assert.True(store.Count <= 10);
            Assert.Equal(10, Length(store, i));
        }
        StoreVerifier.Verify(store);
    }

    private static long[] Counts(Store store) => [.. store.Core.Shards.Select(shard => shard.Index.Count)];

    private static void Settle(Store store)
    {
        while (store.Tick(NowMs))
        {
        }
    }

    private static WriteResult Set(Store store, int key, int length)
    {
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), NowMs);
        return scope.Set(EntryType.String, new byte[length], 0);
    }

    private static int Length(Store store, int key)
    {
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), NowMs);
        return scope.Found ? scope.Value.Length : -1;
    }
}
