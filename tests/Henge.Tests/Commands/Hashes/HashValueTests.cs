using System.Globalization;
using System.Text;

using Henge.Commands.Hashes;
using Henge.Storage;

using Xunit;

namespace Henge.Tests.Commands.Hashes;

public sealed class HashValueTests : IDisposable
{
    private const long NowMs = 1_700_000_000_000;

    private readonly Store _store = new(new StoreOptions { MemoryBytes = 64 << 20, Shards = 1 });

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(1, 6, 20)]
    [InlineData(2, 100, 30)]
    [InlineData(3, 400, 30)]
    [InlineData(4, 3000, 12)]
    [InlineData(5, 12, 3000)]
    public void Agrees_with_a_dictionary_under_random_changes(int seed, int fields, int longest)
    {
        var random = new Random(seed);
        var model = new Dictionary<string, string>();
        for (int step = 0; step < 20_000; step++)
        {
            string field = random.Next(fields).ToString(CultureInfo.InvariantCulture);
            // Phases of growing and of shrinking, so that tables are rebuilt both ways.
            if (random.Next(100) < (step / 4000 % 2 == 0 ? 75 : 25))
            {
                string value = new((char)('a' + random.Next(26)), random.Next(longest));
                Assert.Equal(!model.ContainsKey(field), Set(field, value));
                model[field] = value;
            }
            else
            {
                Assert.Equal(model.Remove(field), Delete(field));
            }
            if (step % 500 == 0)
            {
                AssertSame(model);
            }
        }
        AssertSame(model);
    }

    [Fact]
    public void A_small_hash_keeps_the_order_in_which_fields_came()
    {
        Set("b", "1");
        Set("a", "2");
        Set("c", "3");
        Set("a", "longer");
        Assert.Equal(["b", "a", "c"], All().Select(pair => pair.Key));
    }

    [Fact]
    public void Deleting_the_last_field_deletes_the_entry()
    {
        Set("a", "1");
        Assert.True(Delete("a"));
        using EntryScope scope = _store.Open("h"u8, NowMs);
        Assert.False(scope.Found);
    }

    [Fact]
    public void A_hundred_thousand_fields_are_set_found_and_deleted()
    {
        for (int i = 0; i < 100_000; i++)
        {
            Assert.True(Set($"field:{i}", $"value:{i}"));
        }
        using (EntryScope scope = _store.Open("h"u8, NowMs))
        {
            Assert.True(HashValue.IsIndexed(scope.Value));
            for (int i = 0; i < 100_000; i += 97)
            {
                Assert.True(HashValue.TryGet(scope.Value, Bytes($"field:{i}"), out ReadOnlySpan<byte> value));
                Assert.Equal($"value:{i}", Encoding.ASCII.GetString(value));
            }
        }
        for (int i = 0; i < 100_000; i++)
        {
            Assert.True(Delete($"field:{i}"));
        }
        Assert.Empty(All());
    }

    [Theory]
    [InlineData(200)]
    [InlineData(5000)]
    public void A_scan_meets_every_field_that_stays_whatever_else_happens(int stay)
    {
        var random = new Random(stay);
        for (int i = 0; i < stay; i++)
        {
            Set($"stay:{i}", "x");
        }
        var seen = new HashSet<string>();
        ulong cursor = 0;
        int round = 0;
        do
        {
            cursor = ScanOnce(cursor, seen);
            // Grows to many times the size and shrinks again while the scan goes on.
            for (int i = 0; i < 200; i++)
            {
                int other = random.Next(20_000);
                if (round / 30 % 2 == 0)
                {
                    Set($"other:{other}", "y");
                }
                else
                {
                    Delete($"other:{other}");
                }
            }
            round++;
            Assert.True(round < 100_000, "The scan does not end.");
        }
        while (cursor != 0);
        Assert.Equal(stay, seen.Count(field => field.StartsWith("stay:", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_undisturbed_scan_meets_each_field_once()
    {
        for (int i = 0; i < 3000; i++)
        {
            Set($"f{i}", "x");
        }
        var positions = new List<int>();
        ulong cursor = 0;
        do
        {
            var found = new List<int>();
            using EntryScope scope = _store.Open("h"u8, NowMs);
            cursor = HashValue.Scan(scope.Value, cursor, 7, found);
            positions.AddRange(found);
        }
        while (cursor != 0);
        Assert.Equal(3000, positions.Count);
        Assert.Equal(3000, positions.Distinct().Count());
    }

    [Fact]
    public void Malformed_bytes_end_in_an_exception_or_a_wrong_answer()
    {
        for (int i = 0; i < 200; i++)
        {
            Set($"f{i}", new string('v', i % 10));
        }
        byte[] whole;
        using (EntryScope scope = _store.Open("h"u8, NowMs))
        {
            whole = scope.Value.ToArray();
        }
        var random = new Random(7);
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = whole[..random.Next(whole.Length + 1)];
            for (int i = random.Next(4); i > 0 && bytes.Length > 0; i--)
            {
                bytes[random.Next(2) == 0 ? random.Next(Math.Min(bytes.Length, 60)) : random.Next(bytes.Length)]
                    = (byte)random.Next(256);
            }
            Exception? failure = Record.Exception(() => ReadEverything(bytes));
            Assert.True(
                failure is null or InvalidDataException or ArgumentException or IndexOutOfRangeException, $"{failure}");
        }
    }

    private static void ReadEverything(byte[] bytes)
    {
        HashValue.TryGet(bytes, "f100"u8, out _);
        HashValue.Scan(bytes, 0, 1000, []);
        foreach (HashRecord record in HashValue.All(bytes))
        {
            _ = record.Field.Length + record.Value.Length;
        }
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private ulong ScanOnce(ulong cursor, HashSet<string> seen)
    {
        var found = new List<int>();
        using EntryScope scope = _store.Open("h"u8, NowMs);
        ulong next = HashValue.Scan(scope.Value, cursor, 10, found);
        foreach (int position in found)
        {
            seen.Add(Encoding.ASCII.GetString(HashRecord.Read(scope.Value, position).Field));
        }
        return next;
    }

    private bool Set(string field, string value)
    {
        EntryScope scope = _store.Open("h"u8, NowMs);
        try
        {
            Assert.Equal(WriteResult.Ok, HashWriter.Set(ref scope, Bytes(field), Bytes(value), out bool added));
            HashWriter.Trim(ref scope);
            return added;
        }
        finally
        {
            scope.Dispose();
        }
    }

    private bool Delete(string field)
    {
        EntryScope scope = _store.Open("h"u8, NowMs);
        try
        {
            bool deleted = HashWriter.Delete(ref scope, Bytes(field));
            HashWriter.Trim(ref scope);
            return deleted;
        }
        finally
        {
            scope.Dispose();
        }
    }

    private List<KeyValuePair<string, string>> All()
    {
        var all = new List<KeyValuePair<string, string>>();
        using EntryScope scope = _store.Open("h"u8, NowMs);
        foreach (HashRecord record in HashValue.All(scope.Value))
        {
            all.Add(new(Encoding.ASCII.GetString(record.Field), Encoding.ASCII.GetString(record.Value)));
        }
        return all;
    }

    private void AssertSame(Dictionary<string, string> model)
    {
        Assert.Equal(model.OrderBy(pair => pair.Key), All().OrderBy(pair => pair.Key));
        using EntryScope scope = _store.Open("h"u8, NowMs);
        Assert.Equal(model.Count, HashValue.Count(scope.Value));
        foreach ((string field, string value) in model)
        {
            Assert.True(HashValue.TryGet(scope.Value, Bytes(field), out ReadOnlySpan<byte> found));
            Assert.Equal(value, Encoding.ASCII.GetString(found));
        }
    }
}
