using System.Text;

using Henge.Snapshots;
using Henge.Storage;
using Henge.Storage.Figures;
using Henge.Tests.Storage.Records;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.Snapshots;

/// <summary>Nodes that stop and start again with a data directory.</summary>
public sealed class SnapshotNodeTests : IDisposable
{
    private const int SnapshotFound = 1010;

    private readonly string _directory = Directory.CreateTempSubdirectory("henge-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Node_that_starts_again_holds_what_it_held()
    {
        await using (HengeNode node = await StartAsync())
        {
            Set(node, "kept", "value", 0);
            Set(node, "ends", "value", node.NowMs + 3_600_000);
            Set(node, "ended", "value", node.NowMs + 1);
        }
        Assert.Equal(["henge.lock", "henge.snapshot"], Files());
        await using (HengeNode node = await StartAsync())
        {
            await ReadAsync(node);
            Assert.Equal("value", Get(node, "kept"));
            Assert.InRange(ExpiryOf(node, "ends") - node.NowMs, 3_000_000, 3_600_000);
            Assert.Null(Get(node, "ended"));
            Assert.Equal(["henge.lock"], Files());
        }
    }

    [Fact]
    public async Task What_is_written_after_the_start_is_newer_than_what_is_read()
    {
        ulong before;
        await using (HengeNode node = await StartAsync())
        {
            Set(node, "key", "old", 0);
            before = node.Store.HighestVersion;
        }
        await using (HengeNode node = await StartAsync())
        {
            Set(node, "key", "new", 0);
            await ReadAsync(node);
            Assert.Equal("new", Get(node, "key"));
            Assert.True(node.Store.HighestVersion > before);
        }
    }

    [Fact]
    public async Task Snapshot_of_another_cluster_is_set_aside()
    {
        await using (HengeNode node = await StartAsync(static options => options.ClusterName = "other"))
        {
            Set(node, "key", "value", 0);
        }
        await using (HengeNode node = await StartAsync())
        {
            await ReadAsync(node);
            Assert.Null(Get(node, "key"));
            Assert.Equal(["henge.lock", "henge.snapshot.refused"], Files());
        }
    }

    [Fact]
    public async Task Snapshot_that_ended_its_reader_is_not_read_again()
    {
        await using (HengeNode node = await StartAsync())
        {
            Set(node, "key", "value", 0);
        }
        File.Move(At("henge.snapshot"), At("henge.snapshot.reading"));
        await using (HengeNode node = await StartAsync())
        {
            await ReadAsync(node);
            Assert.Null(Get(node, "key"));
            Assert.Equal(["henge.lock", "henge.snapshot.refused"], Files());
        }
    }

    [Fact]
    public async Task Damaged_snapshot_is_set_aside_and_the_node_starts_empty()
    {
        await using (HengeNode node = await StartAsync())
        {
            Set(node, "key", "value", 0);
        }
        using (FileStream file = new(At("henge.snapshot"), FileMode.Open))
        {
            file.SetLength(file.Length - 1);
        }
        await using (HengeNode node = await StartAsync())
        {
            await ReadAsync(node);
            Assert.Equal(0, node.Store.Count);
            Assert.Contains("henge.snapshot.refused", Files());
        }
    }

    [Fact]
    public async Task Background_save_is_read_by_the_next_process_once()
    {
        await using (HengeNode node = await StartAsync())
        {
            Set(node, "key", "value", 0);
            Assert.Null(node.Snapshots!.TryBegin());
            await TransportHost.UntilAsync(() => !node.Snapshots.Status.IsWriting);
            Assert.Null(node.Snapshots.Status.LastError);
            Assert.True(node.Snapshots.Status.LastMs > 0);
            Assert.Contains("henge.snapshot", Files());
            File.Copy(At("henge.snapshot"), At("copy"));
        }
        // As if that process had been killed.
        File.Move(At("copy"), At("henge.snapshot"), overwrite: true);
        await using (HengeNode node = await StartAsync())
        {
            await ReadAsync(node);
            Assert.Equal("value", Get(node, "key"));
            Assert.DoesNotContain("henge.snapshot", Files());
        }
    }

    [Fact]
    public async Task Flush_takes_the_snapshot_with_it()
    {
        await using HengeNode node = await StartAsync();
        Set(node, "key", "value", 0);
        Assert.Null(node.Snapshots!.TryBegin());
        await TransportHost.UntilAsync(() => !node.Snapshots.Status.IsWriting);
        node.Store.Flush(node.Store.Clock(node.NowMs) + 1, node.NowMs);
        await TransportHost.UntilAsync(() => !Files().Contains("henge.snapshot"));
    }

    [Fact]
    public async Task Snapshot_that_is_yet_to_be_read_outlives_what_the_ring_flushed_earlier()
    {
        await using (HengeNode node = await StartAsync())
        {
            Set(node, "key", "value", 0);
        }
        await using HengeNode joining = await StartAsync(static options => options.DataDirectory = null);
        using var keeper = new SnapshotKeeper(joining, _directory);
        joining.Store.Flush(1, joining.NowMs);
        keeper.Follow();
        Assert.Contains("henge.snapshot", Files());
    }

    [Fact]
    public async Task Directory_belongs_to_one_node()
    {
        await using HengeNode node = await StartAsync();
        HengeStartException error = await Assert.ThrowsAsync<HengeStartException>(() => StartAsync());
        Assert.Contains("in use", error.Message);
    }

    [Fact]
    public async Task Path_that_is_no_directory_is_an_error()
    {
        string file = At("file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        HengeStartException error =
            await Assert.ThrowsAsync<HengeStartException>(() => StartAsync(options => options.DataDirectory = file));
        Assert.Contains("cannot be used", error.Message);
    }

    [Fact]
    public async Task While_it_is_read_a_miss_says_so()
    {
        await using (HengeNode node = await StartAsync())
        {
            Set(node, "key", "value", 0);
        }
        HengeNode? reading = null;
        MissReason? why = null;
        using var hook = new EventHook(SnapshotFound, () => why = WhyMissing(reading!, "key"));
        var options = new HengeOptions { Port = 0, Memory = 32 << 20, DataDirectory = _directory };
        reading = new HengeNode(options, TimeProvider.System, hook);
        await using (reading)
        {
            await reading.StartAsync(TestContext.Current.CancellationToken);
            await ReadAsync(reading);
            Assert.Equal(MissReason.Loading, why);
            Assert.Equal("value", Get(reading, "key"));
            Assert.Equal(MissReason.Absent, WhyMissing(reading, "none"));
        }
    }

    [Fact]
    public async Task Node_that_cannot_listen_keeps_its_snapshot()
    {
        await using (HengeNode node = await StartAsync())
        {
            Set(node, "key", "value", 0);
        }
        await using HengeNode other = await StartAsync(static options => options.DataDirectory = null);
        int port = other.EndPoints[0].Port;
        await Assert.ThrowsAsync<HengeStartException>(() => StartAsync(options => options.Port = port));
        Assert.Contains("henge.snapshot", Files());
    }

    private Task<HengeNode> StartAsync(Action<HengeOptions>? configure = null) => TransportHost.StartAsync(
        TransportKind.Auto,
        options =>
        {
            options.DataDirectory = _directory;
            options.Memory = 32 << 20;
            configure?.Invoke(options);
        });

    private static Task ReadAsync(HengeNode node) =>
        TransportHost.UntilAsync(() => node.Snapshots is { Status.IsReading: false });

    private static void Set(HengeNode node, string key, string value, long expiresAtMs)
    {
        using EntryScope entry = node.Store.Open(RecordBox.Bytes(key), node.NowMs);
        Assert.Equal(WriteResult.Ok, entry.Set(EntryType.String, RecordBox.Bytes(value), expiresAtMs));
    }

    private static string? Get(HengeNode node, string key)
    {
        using EntryScope entry = node.Store.Open(RecordBox.Bytes(key), node.NowMs);
        return entry.Found ? Encoding.Latin1.GetString(entry.Value) : null;
    }

    private static MissReason? WhyMissing(HengeNode node, string key)
    {
        using EntryScope entry = node.Store.Open(RecordBox.Bytes(key), node.NowMs);
        return entry.WhyMissing;
    }

    private static long ExpiryOf(HengeNode node, string key)
    {
        using EntryScope entry = node.Store.Open(RecordBox.Bytes(key), node.NowMs);
        return entry.ExpiresAtMs;
    }

    private string At(string name) => Path.Combine(_directory, name);

    private string[] Files() =>
        [.. new DirectoryInfo(_directory).EnumerateFiles().Select(static f => f.Name).Order(StringComparer.Ordinal)];
}
