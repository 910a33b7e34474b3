using System.Text;

using Henge.Storage;
using Henge.Storage.Eviction;

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>The store against a plain dictionary under random operations; the failing seed is in the message.</summary>
public class StoreModelTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 16)]
    [InlineData(6, 1)]
    public void Agrees_with_a_model_when_nothing_is_evicted(int seed, int shards)
    {
        using var store = new Store(
            new StoreOptions { MemoryBytes = 512L << 20, Shards = shards, HashSeed = (ulong)seed });
        var run = new StoreModelRun(store, seed);
        for (int step = 0; step < 20_000; step++)
        {
            run.Step();
            if (step % 4000 == 3999)
            {
                StoreVerifier.Verify(store);
            }
        }
        run.CompareAll();
        StoreVerifier.Verify(store);
        store.Clear();
        StoreVerifier.Verify(store);
        Assert.Equal(0, store.Count);
    }

    [Theory]
    [InlineData(11, 1, 0)]
    [InlineData(12, 4, 0)]
    [InlineData(13, 1, 1)]
    [InlineData(14, 4, 1)]
    [InlineData(15, 1, 2)]
    [InlineData(16, 4, 2)]
    public void What_is_there_is_right_when_entries_are_evicted(int seed, int shards, int policy)
    {
        using var store = new Store(new StoreOptions
        {
            MemoryBytes = 4L << 20,
            Shards = shards,
            HashSeed = (ulong)seed,
            Eviction = (EvictionPolicy)policy,
        });
        var run = new StoreModelRun(store, seed) { MayEvict = true };
        for (int step = 0; step < 20_000; step++)
        {
            run.Step();
            Assert.True(store.GetStatistics().UsedBytes <= store.MemoryBytes, $"over the limit, seed {seed}");
            if (step % 5000 == 4999)
            {
                StoreVerifier.Verify(store);
            }
        }
        Assert.True(store.GetStatistics().Evicted > 0);
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void Keys_of_every_allowed_length_work_and_longer_ones_are_refused()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20 });
        foreach (int length in new[] { 0, 1, 3, 4, 7, 8, 15, 16, 17, 254, 255, 256, 16_300, 16_384, 65_535, 65_536 })
        {
            byte[] key = Encoding.ASCII.GetBytes(new string('k', length));
            using EntryScope scope = store.Open(key, 1000);
            Assert.Equal(WriteResult.Ok, scope.Set(EntryType.String, "value"u8, 0, "attributes"u8));
            Assert.Equal("value"u8, scope.Value);
            Assert.Equal("attributes"u8, scope.Attributes);
        }
        StoreVerifier.Verify(store);
        using EntryScope tooLong = store.Open(new byte[65_537], 1000);
        Assert.Equal(WriteResult.TooLarge, tooLong.Set(EntryType.String, "value"u8, 0));
        Assert.False(tooLong.Found);
    }

    [Fact]
    public void A_scope_stays_right_when_a_nested_scope_changes_its_entry()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = 1 });
        using EntryScope outer = store.Open("key"u8, 1000);
        using (EntryScope inner = store.Open("key"u8, 1000))
        {
            inner.Set(EntryType.String, "first"u8, 0);
        }
        Assert.Equal("first"u8, outer.Value);
        using (EntryScope inner = store.Open("key"u8, 1000))
        {
            inner.Set(EntryType.String, new byte[50_000], 5000);
        }
        Assert.Equal(50_000, outer.Value.Length);
        using (EntryScope inner = store.Open("key"u8, 1000))
        {
            inner.Delete();
        }
        Assert.False(outer.Found);
        Assert.False(outer.Delete());
    }
}
