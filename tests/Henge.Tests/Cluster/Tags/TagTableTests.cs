using System.Text;

using Henge.Cluster.Tags;
using Henge.Storage;

using Xunit;

namespace Henge.Tests.Cluster.Tags;

/// <summary>The table of invalidated tags.</summary>
public sealed class TagTableTests : IDisposable
{
    private readonly Store _store = new(new StoreOptions { MemoryBytes = 8 << 20, Shards = 1, HashSeed = 5 });

    public void Dispose() => _store.Dispose();

    [Fact]
    public void An_entry_is_stale_by_any_of_its_tags_up_to_their_versions()
    {
        var table = new TagTable(_store, 10);
        Assert.True(table.Raise("a"u8, 5));
        Assert.False(table.Raise("a"u8, 4));
        Assert.False(table.Raise("a"u8, 5));
        Assert.True(table.Raise("b"u8, 9));

        Assert.True(table.IsStale(Block("a"), 5));
        Assert.False(table.IsStale(Block("a"), 6));
        Assert.True(table.IsStale(Block("x", "a", "b"), 9));
        Assert.False(table.IsStale(Block("x"), 1));
        Assert.False(table.IsStale([], 1));
        Assert.False(table.IsStale([1, 2, 3], 1));
        Assert.Equal(9UL, table.StaleUpTo(Block("a", "b")));
        Assert.Equal(0UL, table.StaleUpTo(Block("x")));
    }

    [Fact]
    public void A_value_that_began_to_be_made_before_it_was_written_is_judged_by_that()
    {
        var table = new TagTable(_store, 10);
        table.Raise("a"u8, 50);
        byte[] list = Block("a")[TagBlock.HeaderBytes..];

        Assert.True(table.IsStale(Begun(50), 70));
        Assert.False(table.IsStale(Begun(51), 70));
        Assert.True(table.IsStale(Begun(90), 50));
        Assert.Equal(50UL, table.StaleUpTo(Begun(90)));
        Assert.False(table.IsStale(Begun(50)[..^1], 50));
        Assert.Equal(7UL, TagBlock.JudgedBy(Begun(9)[..^1], 7));
        Assert.Equal(7UL, TagBlock.JudgedBy([], 7));
        Assert.Equal(7UL, TagBlock.JudgedBy([TagBlock.MarkBegun], 7));

        byte[] Begun(ulong version)
        {
            byte[] block = new byte[TagBlock.Length(list, version)];
            Assert.Equal(block.Length, TagBlock.Write(list, version, block));
            return block;
        }
    }

    [Fact]
    public void Beyond_the_bound_the_oldest_go_and_what_is_tagged_and_as_old_is_stale()
    {
        var table = new TagTable(_store, 3);
        for (ulong i = 1; i <= 5; i++)
        {
            table.Raise(Encoding.UTF8.GetBytes($"tag{i}"), i * 10);
        }

        Assert.Equal((3, 20UL), (table.Count, table.Floor));
        Assert.Equal((3, 2), (table.Limit, table.Dropped));
        Assert.True(table.IsStale(Block("never heard of"), 20));
        Assert.False(table.IsStale(Block("never heard of"), 21));
        Assert.False(table.IsStale([], 20));
        Assert.True(table.IsStale(Block("tag3"), 30));
        Assert.False(table.Raise("tag1"u8, 20));
    }

    [Fact]
    public void Memory_is_charged_and_given_back()
    {
        long before = _store.GetStatistics().UsedBytes;
        var table = new TagTable(_store, 100);
        for (int i = 0; i < 100; i++)
        {
            table.Raise(Encoding.UTF8.GetBytes($"tag{i:000}"), 7);
        }
        Assert.Equal(100 * (TagTable.BytesPerTag + 6), _store.GetStatistics().UsedBytes - before);

        table.RaiseFloor(7);

        Assert.Equal((0, before), (table.Count, _store.GetStatistics().UsedBytes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Tables_end_alike_in_whatever_order_and_how_often_they_are_merged(int seed)
    {
        var random = new Random(seed);
        (string Tag, ulong Version)[] raises =
            [.. Enumerable.Range(0, 300).Select(_ => ($"tag{random.Next(60)}", (ulong)random.Next(1, 400)))];
        var tables = new List<TagTable>();
        for (int i = 0; i < 4; i++)
        {
            var table = new TagTable(_store, 40);
            random.Shuffle(raises);
            foreach ((string tag, ulong version) in raises.Concat(raises.Take(random.Next(50))))
            {
                table.Raise(Encoding.UTF8.GetBytes(tag), version);
            }
            tables.Add(table);
        }

        foreach (TagTable from in tables)
        {
            foreach (TagTable to in tables)
            {
                to.RaiseFloor(from.Floor);
                foreach (TagVersion each in from.After(new TagVersion(0, [])).ToArray())
                {
                    to.Raise(each.Tag, each.Version);
                }
            }
        }

        Assert.All(tables, table => Assert.Equal(
            (tables[0].Digest, tables[0].Floor, tables[0].Count), (table.Digest, table.Floor, table.Count)));
        Assert.NotEqual(0UL, tables[0].Digest);
    }

    [Fact]
    public void A_walk_goes_from_the_oldest_on_and_can_be_taken_up_anywhere()
    {
        var table = new TagTable(_store, 10);
        table.Raise("b"u8, 2);
        table.Raise("a"u8, 2);
        table.Raise("c"u8, 1);
        table.Raise("z"u8, ulong.MaxValue);

        Assert.Equal("c a b z", Names(table.After(new TagVersion(0, []))));
        Assert.Equal("b z", Names(table.After(new TagVersion(2, "a"u8.ToArray()))));
        Assert.Equal("", Names(table.After(new TagVersion(ulong.MaxValue, "z"u8.ToArray()))));
    }

    [Fact]
    public void Lists_of_tags_are_bounded_and_end_where_they_make_no_sense()
    {
        Assert.True(new TagList([]).IsSound);
        Assert.True(new TagList(Block("a", "", "b")[TagBlock.HeaderBytes..]).IsSound);
        Assert.True(new TagList(Block(new string('x', 256))[TagBlock.HeaderBytes..]).IsSound);
        Assert.False(new TagList(Block(new string('x', 257))[TagBlock.HeaderBytes..]).IsSound);
        Assert.False(new TagList([1]).IsSound);
        Assert.False(new TagList([2, 0, 65]).IsSound);
        Assert.False(new TagList([1, 0, 65, 66]).IsSound);
        Assert.False(new TagList(Block([.. Enumerable.Repeat("t", 65)])[TagBlock.HeaderBytes..]).IsSound);
        Assert.True(TagBlock.TagsOf([TagBlock.Mark, 9, 0, 1, 0, 65]).IsEmpty);
    }

    private static string Names(IEnumerable<TagVersion> tags) =>
        string.Join(' ', tags.Select(each => Encoding.UTF8.GetString(each.Tag)));

    private static byte[] Block(params string[] tags)
    {
        byte[] list = new byte[tags.Sum(tag => 2 + tag.Length)];
        int at = 0;
        foreach (string tag in tags)
        {
            at += TagList.Write(Encoding.UTF8.GetBytes(tag), list.AsSpan(at));
        }
        byte[] block = new byte[TagBlock.HeaderBytes + list.Length];
        TagBlock.Write(list, begun: 0, block);
        return block;
    }
}
