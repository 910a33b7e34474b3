using System.Runtime.InteropServices;

using Henge.Storage;
using Henge.Storage.Visits;

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>Scan cursors keep Redis's guarantee, and random draws are about even.</summary>
public class ScanTests
{
    private const long NowMs = 1_700_000_000_000;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    [InlineData(3, 1)]
    [InlineData(4, 16)]
    public void What_is_there_throughout_is_seen_while_the_table_grows_and_shrinks(int seed, int shards)
    {
        using var store = new Store(
            new StoreOptions { MemoryBytes = 128 << 20, Shards = shards, HashSeed = (ulong)seed });
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++)
        {
            Set(store, i, 0);
        }
        var present = new List<int>();
        for (int round = 0; round < 6; round++)
        {
            var visitor = new Collector { Seen = [] };
            ulong cursor = 0;
            bool grows = round % 2 == 0;
            do
            {
                cursor = store.Scan(cursor, random.Next(1, 100), NowMs, ref visitor);
                Assert.True(cursor < 1UL << 52);
                for (int i = random.Next(1500); i > 0; i--)
                {
                    if (grows)
                    {
                        present.Add(2000 + random.Next(1_000_000));
                        Set(store, present[^1], 0);
                    }
                    else if (present.Count > 0)
                    {
                        Delete(store, present[^1]);
                        present.RemoveAt(present.Count - 1);
                    }
                }
                grows ^= random.Next(10) == 0;
            }
            while (cursor != 0);
            for (int i = 0; i < 2000; i++)
            {
                Assert.True(visitor.Seen.ContainsKey(i), $"entry {i} was not seen, seed {seed}, round {round}");
            }
        }
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void A_scan_of_a_store_at_rest_sees_each_live_entry_once()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 128 << 20, Shards = 4 });
        for (int i = 0; i < 30_000; i++)
        {
            Set(store, i, i % 10 == 0 ? NowMs - 1 : 0);
        }
        var visitor = new Collector { Seen = [] };
        ulong cursor = 0;
        do
        {
            cursor = store.Scan(cursor, 10, NowMs, ref visitor);
        }
        while (cursor != 0);
        Assert.Equal(27_000, visitor.Seen.Count);
        Assert.All(visitor.Seen, seen => Assert.Equal(1, seen.Value));
    }

    [Fact]
    public void Random_draws_are_about_even()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = 2, HashSeed = 3 });
        var visitor = new Collector { Seen = [] };
        Assert.False(store.TryVisitRandom(1, NowMs, ref visitor));
        Set(store, 0, 0);
        Assert.True(store.TryVisitRandom(2, NowMs, ref visitor));
        for (int i = 0; i < 1000; i++)
        {
            Set(store, i, 0);
        }
        visitor.Seen.Clear();
        for (ulong i = 0; i < 100_000; i++)
        {
            Assert.True(store.TryVisitRandom(i * 0x9E3779B97F4A7C15, NowMs, ref visitor));
        }
        Assert.Equal(1000, visitor.Seen.Count);
        Assert.All(visitor.Seen, seen => Assert.InRange(seen.Value, 40, 220));
    }

    private static void Set(Store store, int key, long deadline)
    {
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), NowMs);
        scope.Set(EntryType.String, "v"u8, deadline);
    }

    private static void Delete(Store store, int key)
    {
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), NowMs);
        scope.Delete();
    }

    private struct Collector : IEntryVisitor
    {
        public Dictionary<int, int> Seen;

        public readonly void Visit(in EntryView entry)
        {
            int key = MemoryMarshal.Read<int>(entry.Key);
            Seen[key] = Seen.GetValueOrDefault(key) + 1;
        }
    }
}
