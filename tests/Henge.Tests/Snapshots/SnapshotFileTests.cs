using System.Text;

using Henge.Cluster.Messages;
using Henge.Cluster.Tags;
using Henge.Peers;
using Henge.Snapshots;
using Henge.Storage;
using Henge.Tests.Storage.Records;

using Xunit;

namespace Henge.Tests.Snapshots;

/// <summary>The file: what is written is read, and what is not whole is not read at all.</summary>
public sealed class SnapshotFileTests : IDisposable
{
    private const long NowMs = 1_790_000_000_000;

    // Of format 1: one entry with an expiry, a tombstone, a tag and a floor.
    private const string Golden =
        "SEVOR0VTTlABAAEAARoAAACxVJkRAQUAaGVuZ2UCBABnb2xkAwgAAGxQxKABAAACRgAAANporaUFAAAABQAAAAAAAQCg8lHEoAEA"
        + "AAEAAGxQxKABaGVsbG93b3JsZAQAAAAAAAAAAAAAAAAAAAAAAAAAAgAAbFDEoAFnb25lAxUAAADK4ZYRAAAAAAAAAAADAABsUMSg"
        + "AQMAdGFnBAoAAACIhoz0BwAEAABsUMSgAf8YAAAAlak1XAIAAAAAAAAAAwAAbFDEoAEAAAAAAAAAAA==";

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Everything_comes_back_as_it_was()
    {
        using Store store = NewStore();
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            string value = new((char)('a' + (i % 26)), random.Next(200));
            Set(store, $"key{i}", value, i % 3 == 0 ? NowMs + 1000 + i : 0, i);
            if (i % 7 == 0)
            {
                Delete(store, $"key{i / 2}");
            }
        }
        RecordBox[] before = RecordList.All(store, NowMs);
        Write(store);

        using Store restored = NewStore();
        using var reader = new SnapshotReader(_path);
        reader.Check(CancellationToken.None);
        Assert.Equal(before.Length, reader.Records);
        Assert.Equal(store.HighestVersion, reader.Clock);
        Merge(reader, restored);
        Assert.Equal(before, RecordList.All(restored, NowMs));
        Assert.Contains(before, static record => record.IsTombstone);
    }

    [Fact]
    public void Eviction_goes_on_in_its_order()
    {
        using Store store = NewStore();
        for (int i = 0; i < 1000; i++)
        {
            Set(store, $"key{i}", "value", 0, 0);
        }
        for (int i = 0; i < 1000; i += 2)
        {
            using EntryScope used = store.Open(RecordBox.Bytes($"key{i}"), NowMs);
            Assert.True(used.Read());
        }
        Write(store);
        using Store restored = NewStore();
        using var reader = new SnapshotReader(_path);
        reader.Check(CancellationToken.None);
        Merge(reader, restored);
        Assert.Equal(Order(store), Order(restored));
        Assert.Equal("key1", Order(restored)[0]);
        Assert.Equal("key998", Order(restored)[^1]);
    }

    [Fact]
    public void Invalidations_floors_and_flushes_come_back()
    {
        using Store store = NewStore();
        store.RaiseFloor(5, 77);
        store.Flush(store.Clock(NowMs) + 1, NowMs);
        Write(store, [new TagVersion(9, RecordBox.Bytes("shop")), new TagVersion(12, [])], tagFloor: 3);
        using var reader = new SnapshotReader(_path);
        reader.Check(CancellationToken.None);
        Assert.Equal(77UL, reader.Floors[5]);
        Assert.Equal(store.FlushVersion, reader.FlushVersion);
        Assert.Equal(3UL, reader.TagFloor);
        Assert.Equal([(9UL, "shop"), (12UL, "")], reader.Tags.Select(t => (t.Version, RecordBox.Text(t.Tag))));
    }

    [Fact]
    public void Longest_set_of_tags_comes_back()
    {
        using Store store = NewStore();
        byte[] set = [.. Enumerable.Repeat((byte)'t', TagSet.MaxBytes)];
        Write(store, [new TagVersion(9, set)]);
        using var reader = new SnapshotReader(_path);
        reader.Check(CancellationToken.None);
        Assert.Equal(set, Assert.Single(reader.Tags).Tag);
    }

    [Fact]
    public void File_that_is_cut_is_not_read()
    {
        byte[] whole = WriteSome();
        var random = new Random(2);
        for (int i = 0; i < 500; i++)
        {
            int length = i < 100 ? i : random.Next(whole.Length);
            File.WriteAllBytes(_path, whole[..length]);
            Assert.Throws<SnapshotException>(Check);
        }
    }

    [Fact]
    public void File_with_a_changed_bit_is_not_read()
    {
        byte[] whole = WriteSome();
        var random = new Random(3);
        for (int i = 0; i < 500; i++)
        {
            // The version of the writer, which is for people, is all that no checksum covers.
            int bit = i < 64 ? i : random.Next((SnapshotFormat.PreambleBytes - 2) * 8, whole.Length * 8);
            byte[] changed = [.. whole];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(_path, changed);
            if (bit / 8 is 10 or 11 && changed[10] == 0)
            {
                // An older reader would do, and this one is newer.
                continue;
            }
            Assert.Throws<SnapshotException>(Check);
        }
    }

    [Fact]
    public void Blocks_that_are_moved_repeated_or_left_out_are_not_read()
    {
        byte[] whole = WriteSome();
        List<Range> blocks = BlocksOf(whole);
        Assert.True(blocks.Count > 5);
        byte[] Of(params int[] order) =>
            [.. whole[..SnapshotFormat.PreambleBytes], .. order.SelectMany(i => whole[blocks[i]])];
        int[] all = [.. Enumerable.Range(0, blocks.Count)];
        File.WriteAllBytes(_path, Of(all));
        Check();
        int[][] wrongs = [[0, 2, 1, .. all[3..]], [0, 1, 1, .. all[2..]], [0, .. all[2..]], all[1..], all[..^1]];
        foreach (int[] wrong in wrongs)
        {
            File.WriteAllBytes(_path, Of(wrong));
            Assert.Throws<SnapshotException>(Check);
        }
    }

    [Theory]
    [InlineData("", "it is not a snapshot of this program")]
    [InlineData("REDIS0011", "it is not a snapshot of this program")]
    [InlineData("HENGESNP\u0001\u0000\u0002\u0000", "a later version wrote it (format 2; this version reads up to 1)")]
    public void Foreign_file_is_named(string text, string why)
    {
        File.WriteAllBytes(_path, Encoding.Latin1.GetBytes(text));
        Assert.Equal(why, Assert.Throws<SnapshotException>(() => new SnapshotReader(_path)).Message);
    }

    [Fact]
    public void Length_that_lies_takes_no_memory()
    {
        byte[] file = new byte[SnapshotFormat.PreambleBytes + SnapshotFormat.BlockHeaderBytes];
        SnapshotFormat.WritePreamble(file);
        file[SnapshotFormat.PreambleBytes] = 1;
        file.AsSpan(SnapshotFormat.PreambleBytes + 1, 4).Fill(0x1f);
        File.WriteAllBytes(_path, file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<SnapshotException>(() => new SnapshotReader(_path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    public void File_of_the_first_format_is_read()
    {
        File.WriteAllBytes(_path, Convert.FromBase64String(Golden));
        using var reader = new SnapshotReader(_path);
        reader.Check(CancellationToken.None);
        Assert.Equal(
            new SnapshotHeader { Cluster = "henge", Node = "gold", CreatedMs = NowMs }, reader.Header);
        using Store restored = NewStore();
        Merge(reader, restored);
        ulong version = (ulong)NowMs << 16;
        Assert.Equal(
            [
                RecordBox.Tombstone("gone", version + 2),
                new RecordBox("hello", EntryType.String, "world", "", NowMs + 100_000, version + 1),
            ],
            RecordList.All(restored, NowMs));
        Assert.Equal((version + 3, "tag"), (reader.Tags[0].Version, RecordBox.Text(reader.Tags[0].Tag)));
        Assert.Equal(version + 4, reader.Floors[7]);
    }

    private static Store NewStore() => new(new StoreOptions
    {
        MemoryBytes = 64 << 20,
        Shards = 1,
        Slots = new NodeSlots(),
    })
    {
        KeepsTombstones = true,
    };

    private static void Set(Store store, string key, string value, long expiresAtMs, int attribute)
    {
        using EntryScope entry = store.Open(RecordBox.Bytes(key), NowMs);
        byte[] attributes = attribute % 5 == 1 ? RecordBox.Bytes("attributes") : [];
        EntryType type = attribute % 11 == 3 ? EntryType.Hash : EntryType.String;
        Assert.Equal(WriteResult.Ok, entry.Set(type, RecordBox.Bytes(value), expiresAtMs, attributes));
    }

    private static void Delete(Store store, string key)
    {
        using EntryScope entry = store.Open(RecordBox.Bytes(key), NowMs);
        entry.Delete();
    }

    private static string[] Order(Store store)
    {
        var list = new RecordList();
        using var walk = new RecordWalk(store);
        while (walk.Next(100, NowMs, ref list))
        {
        }
        return [.. list.Records.Where(static record => !record.IsTombstone).Select(static record => record.Key)];
    }

    private static void Merge(SnapshotReader reader, Store store)
    {
        reader.Rewind();
        while (reader.NextRecords(out ReadOnlySpan<byte> records))
        {
            var left = new MessageReader(records);
            while (left.Left > 0)
            {
                EntryRecord record = RecordCodec.Read(ref left);
                Assert.Equal(MergeResult.Applied, store.Merge(in record, checksFloor: false, NowMs));
            }
        }
    }

    private static List<Range> BlocksOf(byte[] file)
    {
        List<Range> blocks = [];
        for (int at = SnapshotFormat.PreambleBytes; at < file.Length;)
        {
            int length = BitConverter.ToInt32(file, at + 1) + SnapshotFormat.BlockHeaderBytes;
            blocks.Add(at..(at + length));
            at += length;
        }
        return blocks;
    }

    private byte[] WriteSome()
    {
        using Store store = NewStore();
        for (int i = 0; i < 20_000; i++)
        {
            Set(store, $"key{i}", new string('x', 150), 0, i);
        }
        Write(store);
        return File.ReadAllBytes(_path);
    }

    private void Write(Store store, TagVersion[]? tags = null, ulong tagFloor = 0)
    {
        using var file = new FileStream(_path, FileMode.Create);
        var writer = new SnapshotWriter(file);
        writer.Begin(new SnapshotHeader { Cluster = "henge", Node = "n1", CreatedMs = NowMs });
        writer.WriteRecords(store, static () => NowMs, paced: false, static _ => { }, CancellationToken.None);
        writer.End(store, tags ?? [], tagFloor);
    }

    private void Check()
    {
        using var reader = new SnapshotReader(_path);
        reader.Check(CancellationToken.None);
    }
}
