using System.Numerics;
using System.Runtime.InteropServices;

using Henge.Storage;
using Henge.Storage.Shards;

using Xunit;

namespace Henge.Tests.Storage.Eviction;

/// <summary>Eviction is exact LRU within a shard, and close to it over many.</summary>
public class LruTests
{
    private const long NowMs = 1_700_000_000_000;

    [Theory]
    [InlineData(1, 100, 10)]
    [InlineData(2, 1000, 300)]
    [InlineData(3, 5000, 4000)]
    public void The_order_is_that_of_a_plain_LRU_under_an_entry_bound(int seed, int keys, int capacity)
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = 1, MaxEntries = capacity });
        var reference = new ReferenceLru(keys, capacity);
        var random = new Random(seed);
        for (int i = 0; i < 40_000; i++)
        {
            int key = Math.Min(random.Next(keys), random.Next(keys));
            Assert.Equal(reference.Use(key), Use(store, key, random.Next(3) == 0));
            Assert.True(store.Count <= capacity);
        }
        Assert.Equal(reference.OldestFirst(), OldestFirst(store));
        StoreVerifier.Verify(store);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Under_a_byte_bound_exactly_the_least_recently_used_are_gone(int seed)
    {
        const int Keys = 40_000;
        using var store = new Store(new StoreOptions { MemoryBytes = 2 << 20, Shards = 1 });
        var reference = new ReferenceLru(Keys, Keys);
        var random = new Random(seed);
        for (int i = 0; i < 120_000; i++)
        {
            int key = Math.Min(random.Next(Keys), random.Next(Keys));
            Use(store, key, random.Next(3) == 0);
            reference.Use(key);
        }
        int held = (int)store.Count;
        Assert.InRange(held, 10_000, Keys - 1000);
        Assert.Equal(reference.OldestFirst().TakeLast(held), OldestFirst(store));
        StoreVerifier.Verify(store);
    }

    [Theory]
    [InlineData("oltp.arc.gz")]
    [InlineData("web07.i32be.gz")]
    [InlineData("w106.u32be.gz")]
    public void Miss_counts_on_real_traces_are_those_of_exact_LRU(string name)
    {
        Trace? trace = Trace.TryLoad(name);
        if (trace is null)
        {
            Assert.Skip($"The trace {name} is not on this machine (HENGE_TRACES names its folder).");
        }
        foreach (int divisor in new[] { 100, 20, 5 })
        {
            int capacity = Math.Max(100, trace.Distinct / divisor);
            long exact = Misses(trace, new ReferenceLru(trace.Distinct, capacity));
            Assert.Equal(exact, Misses(trace, capacity, shards: 1));
            // Fewer than 64 Ki entries have one shard unless asked otherwise; a hundred a shard is where many still
            // work.
            int shards = 1 << BitOperations.Log2((uint)Math.Clamp(capacity / 100, 2, 16));
            long many = Misses(trace, capacity, shards);
            double points = Math.Abs(many - exact) * 100.0 / trace.Requests.Length;
            Assert.True(points <= 0.3, $"{name} at {capacity}: {exact} misses exact, {many} with {shards} shards");
        }
    }

    private static long Misses(Trace trace, ReferenceLru lru)
    {
        long misses = 0;
        foreach (int key in trace.Requests)
        {
            misses += lru.Use(key) ? 0 : 1;
        }
        return misses;
    }

    private static long Misses(Trace trace, int capacity, int shards)
    {
        using var store = new Store(
            new StoreOptions { MemoryBytes = 1L << 30, Shards = shards, MaxEntries = capacity, HashSeed = 42 });
        long misses = 0;
        foreach (int key in trace.Requests)
        {
            misses += Use(store, key, false) ? 0 : 1;
        }
        Assert.True(store.Count <= capacity);
        return misses;
    }

    private static bool Use(Store store, int key, bool overwrite)
    {
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), NowMs);
        bool hit = scope.Read();
        if (!hit || overwrite)
        {
            scope.Set(EntryType.String, "0123456789abcdef0123456789"u8[..(overwrite ? 26 : 8)], 0);
        }
        return hit;
    }

    private static List<int> OldestFirst(Store store)
    {
        Shard shard = store.Core.Shards[0];
        shard.ApplyTouches();
        var keys = new List<int>();
        for (uint handle = shard.Order.Next(0); handle != 0; handle = shard.Order.Next(handle))
        {
            keys.Add(MemoryMarshal.Read<int>(shard.Arena[handle].Key));
        }
        return keys;
    }
}
