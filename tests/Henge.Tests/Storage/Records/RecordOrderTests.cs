using FsCheck;
using FsCheck.Fluent;

using Henge.Storage;
using Henge.Storage.Entries;

using Xunit;

namespace Henge.Tests.Storage.Records;

/// <summary>The order of records is total, so that merging is commutative, associative and idempotent.</summary>
public class RecordOrderTests
{
    private const long NowMs = 1_700_000_000_000;

    [Fact]
    public void The_version_decides_then_tombstones_then_the_later_expiry_then_the_larger_bytes()
    {
        RecordBox[] ascending =
        [
            new("k", EntryType.Hash, "zzz", "zzz", 0, 1),
            new("k", EntryType.String, "b", "", 5, 2),
            new("k", EntryType.String, "a", "", 6, 2),
            new("k", EntryType.String, "a", "", 0, 2),
            new("k", EntryType.String, "a", "x", 0, 2),
            new("k", EntryType.String, "aa", "", 0, 2),
            new("k", EntryType.String, "b", "", 0, 2),
            new("k", EntryType.Hash, "", "", 0, 2),
            RecordBox.Tombstone("k", 2),
            new("k", EntryType.String, "", "", 1, 3),
        ];
        for (int i = 0; i < ascending.Length; i++)
        {
            for (int j = 0; j < ascending.Length; j++)
            {
                Assert.Equal(i.CompareTo(j), Math.Sign(Compare(ascending[i], ascending[j])));
            }
        }
    }

    [Fact]
    public void A_million_triples_agree_on_the_newest_in_any_order()
    {
        var random = new Random(1);
        for (int i = 0; i < 1_000_000; i++)
        {
            EntryRecord a = Draw(random), b = Draw(random), c = Draw(random);
            int ab = Math.Sign(RecordOrder.Compare(in a, in b));
            int bc = Math.Sign(RecordOrder.Compare(in b, in c));
            int ac = Math.Sign(RecordOrder.Compare(in a, in c));
            bool reflexive = RecordOrder.Compare(in a, in a) == 0;
            bool antisymmetric = ab == -Math.Sign(RecordOrder.Compare(in b, in a));
            bool transitive = ab != bc || ac == ab;
            bool substitutes = (ab != 0 || ac == bc) && (bc != 0 || ab == ac);
            bool total = ab != 0 || Same(in a, in b);
            Assert.True(reflexive && antisymmetric && transitive && substitutes && total, $"triple {i}");
        }
    }

    [Fact]
    public void Stores_that_merge_the_same_records_in_any_order_and_number_hold_the_same()
    {
        var property = Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            RecordBox[] records = [.. Enumerable.Range(0, 3).Select(_ => Box(random))];
            using Store first = NewStore();
            using Store second = NewStore();
            foreach (RecordBox record in records)
            {
                record.MergeInto(first, NowMs);
            }
            foreach (int i in (int[])[2, 1, 0, random.Next(3), random.Next(3)])
            {
                records[i].MergeInto(second, NowMs);
            }
            return RecordList.All(first, NowMs).SequenceEqual(RecordList.All(second, NowMs));
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), property);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 4)]
    [InlineData(4, 4)]
    public void Many_records_shuffled_and_repeated_end_at_the_same(int seed, int shards)
    {
        var random = new Random(seed);
        RecordBox[] records = [.. Enumerable.Range(0, 5000).Select(_ => Box(random, keys: 300))];
        using Store first = NewStore(shards);
        using Store second = NewStore(shards);
        foreach (RecordBox record in records)
        {
            record.MergeInto(first, NowMs);
        }
        foreach (RecordBox record in records.Concat(records).OrderBy(_ => random.Next()))
        {
            record.MergeInto(second, NowMs);
        }
        RecordBox[] held = RecordList.All(first, NowMs);
        Assert.Equal(held, RecordList.All(second, NowMs));
        Assert.All(held, record => Assert.Equal(MergeResult.Same, record.MergeInto(first, NowMs)));
        Assert.Contains(held, record => record.IsTombstone);
        Assert.Contains(held, record => !record.IsTombstone);
        StoreVerifier.Verify(first);
        StoreVerifier.Verify(second);
    }

    private static Store NewStore(int shards = 1) =>
        new(new StoreOptions { MemoryBytes = 32 << 20, Shards = shards, Slots = new LetterSlots() })
        {
            KeepsTombstones = true,
            TombstonesForAbsent = true,
        };

    private static int Compare(RecordBox first, RecordBox second)
    {
        EntryRecord one = first.ToRecord(), other = second.ToRecord();
        return RecordOrder.Compare(in one, in other);
    }

    private static bool Same(in EntryRecord a, in EntryRecord b) => a.IsTombstone == b.IsTombstone
        && a.Type == b.Type && a.ExpiresAtMs == b.ExpiresAtMs
        && a.Value.SequenceEqual(b.Value) && a.Attributes.SequenceEqual(b.Attributes);

    /// <summary>Few versions, so that many are equal, with every difference behind them.</summary>
    private static EntryRecord Draw(Random random)
    {
        ReadOnlySpan<byte> bytes = "aab"u8;
        bool tombstone = random.Next(6) == 0;
        return new EntryRecord
        {
            Key = "k"u8,
            Version = (ulong)random.Next(3),
            Type = tombstone ? EntryType.None : (EntryType)random.Next(1, 3),
            ExpiresAtMs = tombstone ? 0 : random.Next(3),
            Value = tombstone ? default : bytes.Slice(random.Next(2), random.Next(2)),
            Attributes = tombstone ? default : bytes.Slice(random.Next(3), random.Next(2)),
        };
    }

    private static RecordBox Box(Random random, int keys = 2)
    {
        string key = "key" + random.Next(keys);
        ulong version = (ulong)(NowMs << 16) + (ulong)random.Next(3);
        string value = new((char)('a' + random.Next(3)), random.Next(50) == 0 ? 20_000 : random.Next(3));
        string attributes = random.Next(3) == 0 ? "x" : "";
        long expires = random.Next(4) switch { 0 => NowMs - 1, 1 => NowMs + 1000, 2 => long.MaxValue, _ => 0 };
        return random.Next(4) == 0
            ? RecordBox.Tombstone(key, version)
            : new RecordBox(key, (EntryType)random.Next(1, 3), value, attributes, expires, version);
    }
}
