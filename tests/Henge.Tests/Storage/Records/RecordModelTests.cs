using Henge.Storage;

using Xunit;

namespace Henge.Tests.Storage.Records;

/// <summary>Changes and merges against a plain model; the failing seed is in the message.</summary>
public class RecordModelTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 16)]
    public void Agrees_with_a_model_of_records(int seed, int shards)
    {
        using var store = new Store(new StoreOptions
        {
            MemoryBytes = 256L << 20,
            Shards = shards,
            HashSeed = (ulong)seed,
            Slots = new LetterSlots(),
            SlotCount = LetterSlots.Count,
        });
        var run = new RecordModelRun(store, seed);
        for (int step = 0; step < 20_000; step++)
        {
            run.Step();
            if (step % 4000 == 3999)
            {
                run.CompareAll();
                StoreVerifier.Verify(store);
            }
        }
        store.Clear();
        Assert.Empty(RecordList.All(store, 0));
        StoreVerifier.Verify(store);
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 4, 0)]
    [InlineData(3, 1, 1)]
    [InlineData(4, 4, 2)]
    public void Nothing_comes_apart_in_little_memory(int seed, int shards, int policy)
    {
        const long NowMs = 1_700_000_000_000;
        using var store = new Store(new StoreOptions
        {
            MemoryBytes = 4L << 20,
            Shards = shards,
            Eviction = (Henge.Storage.Eviction.EvictionPolicy)policy,
            HashSeed = (ulong)seed,
            Slots = new LetterSlots(),
            SlotCount = LetterSlots.Count,
        });
        store.KeepsTombstones = true;
        var random = new Random(seed);
        long now = NowMs;
        using var walk = new RecordWalk(store);
        var seen = new RecordList();
        for (int step = 0; step < 40_000; step++)
        {
            string key = "key" + random.Next(6000) + new string('x', random.Next(20) == 0 ? random.Next(2000) : 0);
            now += random.Next(5);
            Change(store, key, random, now);
            store.TombstonesForAbsent = step / 1000 % 2 == 0;
            store.TombstoneHorizon = random.Next(5000) == 0 ? store.Clock(now) : store.TombstoneHorizon;
            if (step % 64 == 0)
            {
                store.Tick(now);
                walk.Next(10, now, ref seen);
            }
            Assert.True(store.GetStatistics().UsedBytes <= store.MemoryBytes, $"over the limit, seed {seed}");
            Assert.True(store.TombstoneBytes <= store.MemoryBytes / 20, $"too many tombstones, seed {seed}");
            if (step % 8000 == 7999)
            {
                StoreVerifier.Verify(store);
            }
        }
        Assert.True(store.GetStatistics().Evicted > 0);
        Assert.True(store.TombstonesDropped > 0);
        Assert.NotEmpty(seen.Records);
    }

    private static void Change(Store store, string key, Random random, long now)
    {
        string value = new('v', random.Next(200) == 0 ? random.Next(100_000) : random.Next(500));
        long expires = random.Next(3) == 0 ? now + random.Next(3000) : 0;
        if (random.Next(3) == 0)
        {
            ulong version = (ulong)now << 16;
            RecordBox record = random.Next(2) == 0
                ? RecordBox.Tombstone(key, version)
                : new RecordBox(key, EntryType.String, value, "", expires, version);
            record.MergeInto(store, now, checksFloor: true);
            return;
        }
        using EntryScope scope = store.Open(RecordBox.Bytes(key), now);
        if (random.Next(3) == 0)
        {
            scope.Delete();
        }
        else
        {
            scope.Set(EntryType.String, RecordBox.Bytes(value), expires);
        }
    }
}
