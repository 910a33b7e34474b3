using System.Runtime.InteropServices;

using Henge.Storage;

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>Expiry without access: the wheel finds every deadline, in time and in bounded pieces.</summary>
public class ExpiryTests
{
    private const long StartMs = 1_700_000_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_entry_is_gone_within_a_second_of_its_deadline_and_never_before(int seed)
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = 2, HashSeed = (ulong)seed });
        var random = new Random(seed);
        var deadlines = new SortedDictionary<int, long>();
        long now = StartMs;
        int next = 0;
        for (int step = 0; step < 2000; step++)
        {
            for (int i = 0; i < 3; i++)
            {
                long ttl = 1 + (long)Math.Pow(2, random.NextDouble() * 38);
                Set(store, next, now + ttl, now);
                deadlines[next++] = now + ttl;
            }
            now += random.Next(40) == 0 ? (long)Math.Pow(2, random.NextDouble() * 36) : random.Next(2000);
            Settle(store, now);
            long late = deadlines.Values.Count(deadline => deadline <= now - 1000);
            long due = deadlines.Values.Count(deadline => deadline <= now);
            Assert.True(store.Count <= deadlines.Count - late, $"late entries are left, seed {seed}, step {step}");
            Assert.True(store.Count >= deadlines.Count - due, $"live entries are gone, seed {seed}, step {step}");
            if (step % 500 == 499)
            {
                StoreVerifier.Verify(store);
            }
            foreach (int key in deadlines.Where(pair => pair.Value <= now - 1000).Select(pair => pair.Key).ToArray())
            {
                deadlines.Remove(key);
            }
            // What is due but not late yet: look at it, so that the counts agree.
            foreach (int key in deadlines.Where(pair => pair.Value <= now).Select(pair => pair.Key).ToArray())
            {
                Assert.False(Exists(store, key, now));
                deadlines.Remove(key);
            }
            Assert.Equal(deadlines.Count, store.Count);
        }
    }

    [Fact]
    public void A_clock_that_goes_back_delays_nothing_that_is_set_afterwards()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 16 << 20, Shards = 1 });
        Set(store, 1, StartMs + 500_000, StartMs);
        Settle(store, StartMs + 60_000);
        long back = StartMs - 86_400_000;
        Settle(store, back);
        Set(store, 2, back + 5000, back);
        Settle(store, back + 4000);
        Assert.Equal(2, store.Count);
        Settle(store, back + 6000);
        Assert.Equal(1, store.Count);
        Settle(store, StartMs + 499_000);
        Assert.Equal(1, store.Count);
        Settle(store, StartMs + 501_000);
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public void Many_entries_with_one_deadline_go_in_bounded_pieces_and_free_their_memory()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 256 << 20, Shards = 4 });
        const int Entries = 200_000;
        for (int i = 0; i < Entries; i++)
        {
            Set(store, i, StartMs + 10_000, StartMs);
        }
        long before = store.GetStatistics().UsedBytes;
        Assert.False(store.Tick(StartMs + 9000));
        Assert.Equal(Entries, store.Count);
        long most = 0;
        bool more;
        do
        {
            long count = store.Count;
            more = store.Tick(StartMs + 10_900);
            most = Math.Max(most, count - store.Count);
        }
        while (more);
        Assert.Equal(0, store.Count);
        Assert.InRange(most, 1, 2048 + (4 * 64));
        Assert.Equal(Entries, store.GetStatistics().Expired);
        Assert.True(store.GetStatistics().UsedBytes < before / 8);
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void Deadlines_beyond_the_last_year_are_kept_as_the_last()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 16 << 20 });
        Set(store, 1, long.MaxValue, StartMs);
        int key = 1;
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), StartMs);
        Assert.Equal((1L << 48) - 1, scope.ExpiresAtMs);
    }

    private static void Settle(Store store, long nowMs)
    {
        while (store.Tick(nowMs))
        {
        }
    }

    private static void Set(Store store, int key, long deadline, long nowMs)
    {
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), nowMs);
        Assert.Equal(WriteResult.Ok, scope.Set(EntryType.String, "some value"u8, deadline));
    }

    private static bool Exists(Store store, int key, long nowMs)
    {
        using EntryScope scope = store.Open(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), nowMs);
        return scope.Found;
    }
}
