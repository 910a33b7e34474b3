using System.Runtime.InteropServices;

using Henge.Storage;
using Henge.Storage.Slots;
using Henge.Storage.Visits;

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>What the ring needs of a store: entries by slot, digests, and a walk in LRU order.</summary>
public class RingIterationTests
{
    private const long NowMs = 1_700_000_000_000;

    [Fact]
    public void Equal_entries_have_equal_digests_in_any_order_and_each_difference_shows_in_its_slot()
    {
        using Store one = Filled(Enumerable.Range(0, 5000));
        using Store other = Filled(Enumerable.Range(0, 5000).Reverse());
        // Versions differ by shard and order, so copies carry the same ones only when written alike.
        ulong[] first = Digests(one);
        Assert.Equal(first, Digests(one));
        int key = 77;
        using (EntryScope scope = one.Open(Bytes(in key), NowMs))
        {
            scope.ExtendExpiry(NowMs + 1000);
        }
        ulong[] changed = Digests(one);
        int[] different = [.. Enumerable.Range(0, first.Length).Where(slot => first[slot] != changed[slot])];
        Assert.Equal([77 % 16], different);
        Assert.Equal(16, Digests(other).Length);
    }

    [Fact]
    public void A_filter_passes_the_entries_of_the_wanted_slots_only()
    {
        using Store store = Filled(Enumerable.Range(0, 1000));
        bool[] wanted = new bool[16];
        wanted[3] = wanted[9] = true;
        var filter = new SlotFilter<SixteenSlots, KeyList>(default, wanted, new KeyList { Keys = [] });
        ulong cursor = 0;
        do
        {
            cursor = store.Scan(cursor, 100, NowMs, ref filter);
        }
        while (cursor != 0);
        Assert.Equal(Enumerable.Range(0, 1000).Where(k => k % 16 is 3 or 9), filter.Visitor.Keys.Order());
    }

    [Fact]
    public void A_walk_gives_the_least_recently_used_first()
    {
        using Store store = Filled(Enumerable.Range(0, 1000));
        for (int key = 0; key < 500; key++)
        {
            using EntryScope scope = store.Open(Bytes(in key), NowMs);
            scope.Read();
        }
        var visitor = new KeyList { Keys = [] };
        using var walk = new RecordWalk(store);
        while (walk.Next(7, NowMs, ref visitor))
        {
        }
        Assert.Equal(Enumerable.Range(500, 500).Concat(Enumerable.Range(0, 500)), visitor.Keys);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_walk_misses_nothing_that_stays_while_entries_are_used_written_and_deleted(int seed)
    {
        using Store store = Filled(Enumerable.Range(0, 3000));
        var random = new Random(seed);
        var visitor = new KeyList { Keys = [] };
        using var walk = new RecordWalk(store);
        while (walk.Next(random.Next(1, 20), NowMs, ref visitor))
        {
            for (int i = random.Next(12); i > 0; i--)
            {
                // Even keys stay: they are only read; odd ones are rewritten in other sizes or deleted.
                int key = random.Next(3000);
                using EntryScope scope = store.Open(Bytes(in key), NowMs);
                if (key % 2 == 0)
                {
                    scope.Read();
                }
                else if (random.Next(2) == 0)
                {
                    scope.Set(EntryType.String, new byte[random.Next(100)], 0);
                }
                else
                {
                    scope.Delete();
                }
            }
        }
        var seen = visitor.Keys.ToHashSet();
        Assert.All(Enumerable.Range(0, 1500), half => Assert.Contains(half * 2, seen));
        StoreVerifier.Verify(store);
    }

    private static Store Filled(IEnumerable<int> keys)
    {
        var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = 1 });
        foreach (int key in keys)
        {
            using EntryScope scope = store.Open(Bytes(in key), NowMs);
            scope.Set(EntryType.String, "value"u8, NowMs + 100_000);
        }
        return store;
    }

    private static ulong[] Digests(Store store)
    {
        ulong[] sums = new ulong[16];
        var visitor = new SlotDigests<SixteenSlots>(default, sums);
        ulong cursor = 0;
        do
        {
            cursor = store.Scan(cursor, 100, NowMs, ref visitor);
        }
        while (cursor != 0);
        return sums;
    }

    private static ReadOnlySpan<byte> Bytes(ref readonly int key) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key));

    private struct SixteenSlots : ISlotFunction
    {
        public readonly int SlotOf(ReadOnlySpan<byte> key) => MemoryMarshal.Read<int>(key) % 16;
    }

    private struct KeyList : IEntryVisitor, IRecordVisitor
    {
        public List<int> Keys;

        public readonly void Visit(in EntryView entry) => Keys.Add(MemoryMarshal.Read<int>(entry.Key));

        public readonly void Visit(in EntryRecord record) => Keys.Add(MemoryMarshal.Read<int>(record.Key));
    }
}
