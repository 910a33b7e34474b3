using System.Runtime.InteropServices;

using Henge.Storage;
using Henge.Storage.Eviction;

using Xunit;

namespace Henge.Tests.Storage.Eviction;

/// <summary>
/// The other eviction policies hold the bounds, resist scans, and miss less than LRU on most real requests.
/// </summary>
public class PolicyTests
{
    private const long NowMs = 1_700_000_000_000;

    [Theory]
    [InlineData(EvictionPolicy.S3Fifo)]
    [InlineData(EvictionPolicy.TinyLfu)]
    public void Entries_in_use_outlive_a_scan_of_keys_used_once(EvictionPolicy policy)
    {
        using var store = new Store(new StoreOptions
        {
            MemoryBytes = 64 << 20,
            MaxEntries = 1000,
            Shards = 1,
            HashSeed = 7,
            Eviction = policy,
        });
        for (int round = 0; round < 5; round++)
        {
            for (int key = 0; key < 500; key++)
            {
                Use(store, key);
            }
        }
        for (int key = 10_000; key < 20_000; key++)
        {
            Use(store, key);
            Assert.True(store.Count <= 1000);
            if (key % 10 == 0)
            {
                Use(store, key % 500);
            }
        }
        int left = Enumerable.Range(0, 500).Count(key => Use(store, key));
        Assert.True(left > 450, $"{left} of 500 left");
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void S3FIFO_remembers_as_many_evicted_keys_as_it_has_entries_where_memory_is_the_bound()
    {
        using var store = new Store(new StoreOptions
        {
            MemoryBytes = 4 << 20,
            Shards = 1,
            HashSeed = 7,
            Eviction = EvictionPolicy.S3Fifo,
        });
        for (int key = 0; key < 40_000; key++)
        {
            Use(store, key, bytes: 300);
        }
        Assert.InRange(store.Count, 5000, 20_000);
        Assert.InRange(store.Core.Shards[0].Order.CountedBytes, store.Count * 8, store.Count * 16);
        StoreVerifier.Verify(store);
    }

    [Theory]
    [InlineData(EvictionPolicy.S3Fifo, "oltp.arc.gz", -1.5)]
    [InlineData(EvictionPolicy.TinyLfu, "oltp.arc.gz", -1.5)]
    [InlineData(EvictionPolicy.S3Fifo, "web07.i32be.gz", -3.0)]
    [InlineData(EvictionPolicy.TinyLfu, "web07.i32be.gz", -1.5)]
    public void Misses_on_real_traces_against_those_of_LRU(EvictionPolicy policy, string name, double mostPoints)
    {
        Trace? trace = Trace.TryLoad(name);
        if (trace is null)
        {
            Assert.Skip($"The trace {name} is not on this machine (HENGE_TRACES names its folder).");
        }
        int capacity = trace.Distinct / 50;
        long lru = Misses(trace, capacity, EvictionPolicy.Lru);
        long other = Misses(trace, capacity, policy);
        TestContext.Current.SendDiagnosticMessage($"{name} at {capacity}: {policy} {other}, LRU {lru}");
        double points = (other - lru) * 100.0 / trace.Requests.Length;
        Assert.True(points <= mostPoints, $"{other} misses, LRU {lru}: {points:F2} points");
    }

    private static long Misses(Trace trace, int capacity, EvictionPolicy policy)
    {
        using var store = new Store(new StoreOptions
        {
            MemoryBytes = 256L << 20,
            Shards = 1,
            MaxEntries = capacity,
            HashSeed = 42,
            Eviction = policy,
        });
        long misses = 0;
        foreach (int key in trace.Requests)
        {
            misses += Use(store, key) ? 0 : 1;
        }
        StoreVerifier.Verify(store);
        return misses;
    }

    private static bool Use(Store store, int key, int bytes = 8)
    {
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), NowMs);
        bool hit = scope.Read();
        if (!hit)
        {
            scope.Set(EntryType.String, new byte[bytes], 0);
        }
        return hit;
    }
}
