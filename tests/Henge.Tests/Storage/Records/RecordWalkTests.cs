using Henge.Storage;

using Xunit;

namespace Henge.Tests.Storage.Records;

/// <summary>Walks: several at once, entries in the order of eviction and then tombstones.</summary>
public class RecordWalkTests
{
    private const long NowMs = 1_700_000_000_000;

    [Fact]
    public void What_a_walk_of_one_shard_gives_rebuilds_the_order_elsewhere()
    {
        using Store store = NewStore(1);
        for (int i = 0; i < 1000; i++)
        {
            Change(store, i, delete: false);
        }
        for (int i = 0; i < 1000; i += 3)
        {
            Change(store, i, delete: i % 2 == 0);
        }
        List<RecordBox> walked = WalkAll(store, 7);
        int entries = (int)store.Count;
        Assert.All(walked.Take(entries), record => Assert.False(record.IsTombstone));
        Assert.All(walked.Skip(entries), record => Assert.True(record.IsTombstone));
        using Store copy = NewStore(1);
        foreach (RecordBox record in walked)
        {
            Assert.Equal(MergeResult.Applied, record.MergeInto(copy, NowMs));
        }
        Assert.Equal(walked, WalkAll(copy, 100));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    [InlineData(3, 4)]
    public void Walks_at_once_miss_nothing_that_stays(int seed, int shards)
    {
        using Store store = NewStore(shards);
        var random = new Random(seed);
        for (int i = 0; i < 3000; i++)
        {
            Change(store, i, delete: false);
            if (i % 4 == 0)
            {
                Change(store, i, delete: true);
            }
        }
        var walks = new List<(RecordWalk Walk, RecordList Seen)>();
        for (int finished = 0; finished < 5;)
        {
            if (walks.Count < 3)
            {
                walks.Add((new RecordWalk(store), new RecordList()));
            }
            int at = random.Next(walks.Count);
            (RecordWalk walk, RecordList seen) = walks[at];
            if (!walk.Next(random.Next(1, 200), NowMs, ref seen))
            {
                var keys = seen.Records.Select(record => record.Key).ToHashSet();
                Assert.All(Enumerable.Range(0, 1500), half => Assert.Contains("key" + (half * 2), keys));
                walk.Dispose();
                walks.RemoveAt(at);
                finished++;
            }
            for (int i = random.Next(30); i > 0; i--)
            {
                // Even keys stay what they are; odd ones come, go and change their size.
                int key = random.Next(3000);
                using EntryScope scope = store.Open(RecordBox.Bytes("key" + key), NowMs);
                if (key % 2 == 0)
                {
                    scope.Read();
                }
                else if (random.Next(2) == 0)
                {
                    scope.Set(EntryType.String, new byte[random.Next(200)], 0);
                }
                else
                {
                    scope.Delete();
                }
            }
        }
        foreach ((RecordWalk walk, _) in walks)
        {
            walk.Dispose();
            walk.Dispose();
        }
        Assert.All(store.Core.Shards, shard => Assert.True(shard.Order.Walks.IsEmpty));
        Assert.All(store.Core.Shards, shard => Assert.True(shard.Tombstones.Walks.IsEmpty));
        StoreVerifier.Verify(store);
    }

    [Fact]
    public void A_walk_survives_a_clear()
    {
        using Store store = NewStore(2);
        for (int i = 0; i < 100; i++)
        {
            Change(store, i, delete: false);
        }
        var seen = new RecordList();
        using var walk = new RecordWalk(store);
        Assert.True(walk.Next(20, NowMs, ref seen));
        store.Clear();
        Change(store, 1000, delete: false);
        while (walk.Next(20, NowMs, ref seen))
        {
        }
        Assert.Equal("key1000", seen.Records[^1].Key);
    }

    [Fact]
    public void What_has_expired_and_is_not_swept_yet_is_shown_as_the_tombstone_that_it_leaves()
    {
        using Store store = NewStore(1);
        ulong version;
        using (EntryScope scope = store.Open("key"u8, NowMs))
        {
            scope.Set(EntryType.String, "value"u8, NowMs + 1);
            version = scope.Version;
        }
        var seen = new RecordList();
        using var walk = new RecordWalk(store);
        while (walk.Next(10, NowMs + 1, ref seen))
        {
        }
        Assert.Equal(RecordBox.Tombstone("key", version), Assert.Single(seen.Records));
    }

    private static Store NewStore(int shards) =>
        new(new StoreOptions { MemoryBytes = 64 << 20, Shards = shards }) { KeepsTombstones = true };

    private static List<RecordBox> WalkAll(Store store, int step)
    {
        var seen = new RecordList();
        using var walk = new RecordWalk(store);
        while (walk.Next(step, NowMs, ref seen))
        {
        }
        return seen.Records;
    }

    private static void Change(Store store, int key, bool delete)
    {
        using EntryScope scope = store.Open(RecordBox.Bytes("key" + key), NowMs);
        if (delete)
        {
            scope.Delete();
        }
        else
        {
            scope.Set(EntryType.String, new byte[key % 100], 0);
        }
    }
}
