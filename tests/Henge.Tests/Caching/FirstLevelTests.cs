using Henge.Caching.Levels;
using Henge.Tests.Embedding;

using Xunit;

namespace Henge.Tests.Caching;

/// <summary>The bounds of a first level, and who goes when it is full.</summary>
public sealed class FirstLevelTests
{
    [Fact]
    public async Task It_never_counts_more_than_its_limit_and_keeps_what_is_used()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        const long Limit = 100_000;
        var level = new FirstLevel(host.Node.Kept, host.Node.Tags, Limit);
        level.Keep(Entry("hot", 100));
        for (int i = 0; i < 10_000; i++)
        {
            level.Keep(Entry($"cold{i}", i % 500));
            Assert.NotNull(level.Find("hot"));
            Assert.InRange(level.Size, 1, Limit);
        }
        Assert.NotNull(level.Find("cold9999"));
        Assert.Null(level.Find("cold0"));
        Assert.InRange(level.Count, 100, 500);
    }

    [Fact]
    public async Task What_is_kept_again_or_removed_counts_once_or_not_at_all()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var level = new FirstLevel(host.Node.Kept, host.Node.Tags, 1 << 20);
        for (int i = 0; i < 100; i++)
        {
            level.Keep(Entry("k", 50));
        }
        level.Keep(Entry("other", 50));
        Assert.Equal(FirstLevel.SizeOf("k", 50) + FirstLevel.SizeOf("other", 50), level.Size);

        level.Remove("k");
        level.Remove("k");
        Assert.Equal((1, FirstLevel.SizeOf("other", 50)), (level.Count, level.Size));
        Assert.Null(level.Find("k"));
    }

    [Fact]
    public async Task What_has_expired_or_is_vouched_for_by_nobody_is_not_served()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var level = new FirstLevel(host.Node.Kept, host.Node.Tags, 1 << 20);
        level.Keep(new KeptEntry { Key = "old", Object = "v", IsOwn = true, ExpiresAtMs = level.NowMs, Size = 1 });
        level.Keep(new KeptEntry { Key = "nobody's", Object = "v", ExpiresAtMs = long.MaxValue, Size = 1 });

        Assert.Null(level.Find("old"));
        Assert.Null(level.Find("nobody's"));
    }

    [Fact]
    public async Task Threads_that_keep_find_and_remove_leave_it_whole()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        var level = new FirstLevel(host.Node.Kept, host.Node.Tags, 50_000);
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            for (int i = 0; i < 20_000; i++)
            {
                string key = $"k{random.Next(300)}";
                switch (random.Next(4))
                {
                    case 0:
                        level.Keep(Entry(key, random.Next(500)));
                        break;
                    case 1:
                        level.Remove(key);
                        break;
                    default:
                        Assert.Equal(key, level.Find(key)?.Key ?? key);
                        break;
                }
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        for (int i = 0; i < 300; i++)
        {
            level.Remove($"k{i}");
        }
        Assert.Equal((0, 0L), (level.Count, level.Size));
    }

    [Theory]
    [InlineData(true, typeof(string))]
    [InlineData(true, typeof(int))]
    [InlineData(true, typeof(Guid))]
    [InlineData(true, typeof(DateTime?))]
    [InlineData(true, typeof(Constant))]
    [InlineData(false, typeof(byte[]))]
    [InlineData(false, typeof(Product))]
    [InlineData(false, typeof(KeyValuePair<string, object>))]
    public void Types_that_never_change_are_known(bool isImmutable, Type type) => Assert.Equal(
        isImmutable,
        typeof(ImmutableTypes).GetMethod(nameof(ImmutableTypes.Contains))!.MakeGenericMethod(type).Invoke(null, []));

    private static KeptEntry Entry(string key, int bytes) => new()
    {
        Key = key,
        Bytes = new byte[bytes],
        IsOwn = true,
        ExpiresAtMs = long.MaxValue,
        Size = FirstLevel.SizeOf(key, bytes),
    };
}
