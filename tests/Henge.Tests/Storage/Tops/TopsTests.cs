using System.Text;

using Henge.Storage;
using Henge.Storage.Tops;

using Xunit;

namespace Henge.Tests.Storage.Tops;

/// <summary>The lists name what is in most use and what is largest, and nothing that is gone.</summary>
public sealed class TopsTests : IDisposable
{
    private const long Begin = 1_700_000_000_000;
    private readonly Store _store = new(new StoreOptions
    {
        MemoryBytes = 32 << 20,
        Shards = 4,
        HashSeed = 7,
        NotesTops = true,
    });

    private long _nowMs = Begin;

    public TopsTests() => Tick(0);

    public void Dispose()
    {
        StoreVerifier.Verify(_store);
        _store.Dispose();
    }

    [Fact]
    public void Keys_in_most_use_are_named_with_about_their_rates()
    {
        for (int key = 0; key < 5000; key++)
        {
            Set($"cold{key}", 10);
        }
        for (int second = 0; second < 120; second++)
        {
            for (int i = 0; i < 1000; i++)
            {
                Read("hot");
                Read($"cold{(second * 1000 + i) % 5000}");
                if (i % 4 == 0)
                {
                    Read("warm");
                    Set("written", 10);
                }
                Set("warm", 10);
                Set("hot", 10);
            }
            Tick(1000);
        }
        TopLists lists = _store.Tops.Collect(3, _nowMs);

        Assert.Equal("hot", Text(lists.Reads[0]));
        Assert.InRange(lists.Reads[0].PerSecond, 850, 1150);
        Assert.Equal("warm", Text(lists.Reads[1]));
        Assert.InRange(lists.Reads[1].PerSecond, 200, 300);
        Assert.Equal(["hot", "warm"], lists.Writes.Take(2).Select(Text).Order());
        Assert.Equal("written", Text(lists.Writes[2]));
        Assert.InRange(lists.Writes[2].PerSecond, 200, 300);
    }

    [Fact]
    public void What_is_used_no_more_fades_and_what_is_gone_is_not_named()
    {
        Set("old", 10);
        Set("gone", 10);
        for (int i = 0; i < 20_000; i++)
        {
            Read("old");
            Read("gone");
        }
        Tick(1000);
        double before = _store.Tops.Collect(5, _nowMs).Reads.Single(entry => Text(entry) == "old").PerSecond;
        using (EntryScope scope = Open("gone"))
        {
            scope.Delete();
        }
        for (int second = 0; second < 300; second++)
        {
            Tick(1000);
        }
        TopEntry old = Assert.Single(_store.Tops.Collect(5, _nowMs).Reads);

        Assert.Equal("old", Text(old));
        Assert.InRange(old.PerSecond, 0, before / 100);
    }

    [Fact]
    public void The_largest_entries_are_named_and_others_found_when_they_go()
    {
        for (int key = 0; key < 1000; key++)
        {
            Set($"k{key}", 100 + (key * 10));
        }
        Assert.Equal(["k999", "k998", "k997"], _store.Tops.Collect(3, _nowMs).Big.Select(Text));
        for (int key = 700; key < 1000; key++)
        {
            using EntryScope scope = Open($"k{key}");
            if (key % 2 == 0)
            {
                scope.Delete();
            }
            else
            {
                scope.Set(EntryType.String, "small"u8, 0);
            }
        }
        Assert.DoesNotContain(_store.Tops.Collect(3, _nowMs).Big, static entry => entry.Bytes > 7200);
        for (int i = 0; i < 10; i++)
        {
            Tick(60_000);
        }
        TopLists lists = _store.Tops.Collect(3, _nowMs);

        Assert.Equal(["k699", "k698", "k697"], lists.Big.Select(Text));
        Assert.InRange(lists.Big[0].Bytes, 7094, 7400);
    }

    [Fact]
    public void Without_metrics_nothing_is_noted()
    {
        using var store = new Store(new StoreOptions { MemoryBytes = 4 << 20 });
        for (int i = 0; i < 1000; i++)
        {
            using EntryScope scope = store.Open("key"u8, Begin);
            scope.Read();
            scope.Set(EntryType.String, "value"u8, 0);
        }
        store.Tick(Begin);
        Assert.All(store.Tops.Collect(10, Begin).All, Assert.Empty);
    }

    private static string Text(TopEntry entry) => Encoding.UTF8.GetString(entry.Key);

    private void Tick(long ms)
    {
        _nowMs += ms;
        while (_store.Tick(_nowMs))
        {
        }
    }

    private EntryScope Open(string key) => _store.Open(Encoding.UTF8.GetBytes(key), _nowMs);

    private void Read(string key)
    {
        using EntryScope scope = Open(key);
        scope.Read();
    }

    private void Set(string key, int bytes)
    {
        using EntryScope scope = Open(key);
        scope.Set(EntryType.String, new byte[bytes], 0);
    }
}
