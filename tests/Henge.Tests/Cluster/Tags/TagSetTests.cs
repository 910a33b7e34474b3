using System.Text;

using Henge.Cluster.Tags;
using Henge.Storage;

using Xunit;

namespace Henge.Tests.Cluster.Tags;

/// <summary>Invalidations of entries that have all of several tags, in the table.</summary>
public sealed class TagSetTests : IDisposable
{
    private readonly Store _store = new(new StoreOptions { MemoryBytes = 8 << 20, Shards = 1, HashSeed = 5 });

    public void Dispose() => _store.Dispose();

    [Fact]
    public void An_entry_is_stale_by_a_set_when_it_has_all_of_it()
    {
        var table = new TagTable(_store, 10);
        Assert.True(table.Raise(Row("a", "b"), 5));
        Assert.False(table.Raise(Row("b", "a"), 5));
        Assert.True(table.Raise(Row("b", "c", "d"), 9));

        Assert.True(table.IsStale(Block("a", "b"), 5));
        Assert.True(table.IsStale(Block("x", "b", "a"), 5));
        Assert.False(table.IsStale(Block("a", "b"), 6));
        Assert.False(table.IsStale(Block("a"), 1));
        Assert.False(table.IsStale(Block("b", "c"), 1));
        Assert.True(table.IsStale(Block("a", "b", "c", "d"), 9));
        Assert.Equal(9UL, table.StaleUpTo(Block("a", "b", "c", "d")));
        Assert.Equal(5UL, table.StaleUpTo(Block("a", "b", "c")));
        Assert.Equal(0UL, table.StaleUpTo(Block("c", "d")));
        Assert.Equal(2, table.Count);
    }

    [Fact]
    public void A_later_version_of_a_set_takes_the_place_of_the_former()
    {
        var table = new TagTable(_store, 10);
        table.Raise(Row("a", "b"), 5);
        table.Raise(Row("a", "b"), 8);

        Assert.True(table.IsStale(Block("a", "b"), 8));
        Assert.Equal(1, table.Count);
        Assert.Equal(8UL, Assert.Single(table.After(new TagVersion(0, []))).Version);
    }

    [Fact]
    public void A_set_stands_under_the_tag_that_has_the_fewest()
    {
        var table = new TagTable(_store, 10_000);
        for (int i = 0; i < 10 * TagSets.MostOfTag; i++)
        {
            table.Raise(Row("shop", $"product{i}"), (ulong)(10 + i));
        }

        Assert.False(table.IsStale(Block("shop"), 1));
        Assert.False(table.IsStale(Block("product1"), 1));
        Assert.True(table.IsStale(Block("shop", "product1"), 11));
    }

    [Fact]
    public void Where_no_tag_has_room_the_oldest_counts_for_its_tag_alone()
    {
        const int Tags = 100;
        var table = new TagTable(_store, 10_000);
        var raised = new List<(string[] Tags, ulong Version)>();
        // 4,950 pairs of 100 tags, of which 3,200 have a place.
        for (int i = 0; i < Tags; i++)
        {
            for (int j = 0; j < i; j++)
            {
                raised.Add(([$"t{i}", $"t{j}"], (ulong)raised.Count + 1));
                table.Raise(Row(raised[^1].Tags), raised[^1].Version);
                Assert.True(table.IsStale(Block(raised[^1].Tags), raised[^1].Version));
            }
        }

        Assert.All(raised, each => Assert.True(table.IsStale(Block(each.Tags), each.Version)));
        Assert.True(table.IsStale(Block("t50"), 1));
        Assert.False(table.IsStale(Block("t99"), 1));
        Assert.False(table.IsStale(Block(raised[^1].Tags), raised[^1].Version + 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Tables_with_sets_end_alike_and_serve_nothing_that_one_has_invalidated(int seed)
    {
        var random = new Random(seed);
        (byte[] Row, ulong Version)[] raises = [.. Enumerable.Range(0, 600).Select(_ => (
            random.Next(4) == 0 ? Bytes($"t{random.Next(5)}") : AnyRow(random), (ulong)random.Next(1, 400)))];
        var tables = new List<TagTable>();
        for (int i = 0; i < 4; i++)
        {
            var table = new TagTable(_store, 120);
            random.Shuffle(raises);
            foreach ((byte[] row, ulong version) in raises)
            {
                table.Raise(row, version);
            }
            tables.Add(table);
        }
        bool isMoving = true;
        for (int round = 0; isMoving; round++)
        {
            Assert.True(round < 20, "They do not come to rest.");
            isMoving = false;
            foreach (TagTable from in tables)
            {
                foreach (TagTable to in tables)
                {
                    isMoving |= to.RaiseFloor(from.Floor);
                    foreach (TagVersion each in from.After(new TagVersion(0, [])).ToArray())
                    {
                        isMoving |= to.Raise(each.Tag, each.Version);
                    }
                }
            }
        }

        Assert.All(tables, table => Assert.Equal(
            (tables[0].Digest, tables[0].Floor, tables[0].Count), (table.Digest, table.Floor, table.Count)));
        foreach ((byte[] row, ulong version) in raises)
        {
            string[] tags = TagSet.Is(row) ? [.. Names(TagSet.TagsOf(row))] : [Encoding.UTF8.GetString(row)];
            Assert.All(tables, table => Assert.True(table.IsStale(Block(tags), version)));
        }
    }

    [Fact]
    public void Memory_is_charged_and_given_back()
    {
        long before = _store.GetStatistics().UsedBytes;
        var table = new TagTable(_store, 100);
        table.Raise(Row("a", "b"), 7);
        Assert.Equal(2 * (TagTable.BytesPerTag + 7), _store.GetStatistics().UsedBytes - before);

        table.RaiseFloor(7);

        Assert.Equal((0, before), (table.Count, _store.GetStatistics().UsedBytes));
        Assert.False(table.IsStale(Block("a", "b"), 8));
    }

    [Fact]
    public void Rows_that_make_no_sense_do_nothing()
    {
        var table = new TagTable(_store, 10);
        foreach (byte[] row in new byte[][] { [0xFE], [0xFE, 9, 0], [0xFE, 1, 0, 65, 3] })
        {
            table.Raise(row, 5);
        }
        Assert.False(table.IsStale(Block("B"), 5));
        Assert.True(new TagList(List([Row("a", "b")])).IsSoundToInvalidate);
        Assert.False(new TagList(List([new byte[TagSet.MaxBytes + 1]])).IsSoundToInvalidate);
        Assert.False(new TagList(List([new byte[TagSet.MaxBytes]])).IsSound);
    }

    private static byte[] AnyRow(Random random) => TagSet.Row([.. Enumerable.Range(0, 5)
        .OrderBy(_ => random.Next()).Take(random.Next(2, 4)).Select(static i => Bytes($"t{i}"))]);

    private static byte[] Row(params string[] tags) => TagSet.Row(tags.Select(Bytes));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static List<string> Names(TagList list)
    {
        var names = new List<string>();
        foreach (ReadOnlySpan<byte> tag in list)
        {
            names.Add(Encoding.UTF8.GetString(tag));
        }
        return names;
    }

    private static byte[] List(byte[][] tags)
    {
        byte[] list = new byte[tags.Sum(static tag => 2 + tag.Length)];
        int at = 0;
        foreach (byte[] tag in tags)
        {
            at += TagList.Write(tag, list.AsSpan(at));
        }
        return list;
    }

    private static byte[] Block(params string[] tags)
    {
        byte[] list = List([.. tags.Select(Bytes)]);
        byte[] block = new byte[TagBlock.HeaderBytes + list.Length];
        TagBlock.Write(list, begun: 0, block);
        return block;
    }
}
