using System.Globalization;

using Henge.Cluster.Tags;
using Henge.Peers;

namespace Henge.Snapshots;

/// <summary>
/// A node's snapshot: reads it back at the start, writes one when asked and when the node stops (docs/snapshots.md). At
/// most one of these is under way.
/// </summary>
internal sealed class SnapshotKeeper : IDisposable
{
    private readonly HengeNode _node;
    private readonly SnapshotDirectory _directory;
    private readonly SnapshotReader? _reader;
    private readonly CancellationTokenSource _stop = new();
    private readonly System.Threading.Lock _gate = new();
    private volatile SnapshotStatus _status = new();
    private RingHost? _ring;
    private Task _reading = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;
    private ulong _savedFlush;
    private bool _stops;
    private volatile bool _isUnread;

    /// <summary>Takes the node's data directory, and looks whether there is a snapshot to read.</summary>
    /// <exception cref="HengeStartException">The directory cannot be used.</exception>
    public SnapshotKeeper(HengeNode node, string path)
    {
        _node = node;
        _directory = new SnapshotDirectory(path);
        _reader = Open();
        _isUnread = _reader is not null;
    }

    /// <summary>Whether there is a snapshot to read back.</summary>
    public bool HasSnapshot => _reader is not null;

    /// <summary>How it stands; any thread.</summary>
    public SnapshotStatus Status => _status;

    /// <summary>Begins to read what there is, once the node has joined its ring.</summary>
    public void Start(RingHost ring)
    {
        _ring = ring;
        if (_reader is not null)
        {
            _status = _status with { IsReading = true, ReadTotalBytes = _reader.Length };
            _node.Store.Core.IsLoading = true;
            _reading = Begin(Read);
        }
    }

    /// <summary>Begins to write a snapshot while the node serves.</summary>
    /// <returns>Null; or why not, ready to follow "ERR ".</returns>
    public string? TryBegin()
    {
        lock (_gate)
        {
            if (_status.IsReading)
            {
                return "The snapshot of an earlier run is being read: ask again when async_loading in INFO is 0";
            }
            if (_status.IsWriting || _stops)
            {
                return "Background save already in progress";
            }
            BeginWriting();
            _writing = Begin(() => Write(isLast: false, _stop.Token));
            return null;
        }
    }

    /// <summary>
    /// Looks whether everything was flushed since a snapshot was written: it must not bring it back. One that is yet to
    /// be read stays, since nothing flushed is merged. Called often; costs a comparison.
    /// </summary>
    public void Follow()
    {
        if (!_isUnread && _node.Store.FlushVersion > Volatile.Read(ref _savedFlush))
        {
            Discard();
        }
    }

    /// <summary>This node flushed everything up to a version while it was alone.</summary>
    public void Flushed(ulong version)
    {
        _ring?.Restore((core, _) => core.Flushed(version));
        Discard();
    }

    /// <summary>
    /// The node has left its ring and goes on serving for a moment: what is not read yet is read now, unless others
    /// have it all.
    /// </summary>
    /// <param name="isHandedOver">Whether others have what the node held.</param>
    /// <param name="cancellationToken">Ends it: then the rest is lost.</param>
    public async Task EndReadingAsync(bool isHandedOver, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _stops = true;
        }
        if (!isHandedOver && _ring is { Joined.IsCompleted: true })
        {
            await Task.WhenAny(_reading, Task.Delay(Timeout.Infinite, cancellationToken)).ConfigureAwait(false);
        }
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_reading, _writing).ConfigureAwait(false);
    }

    /// <summary>
    /// The node has stopped: writes what it holds, or where others took that over removes what it wrote before.
    /// </summary>
    /// <param name="isHandedOver">Whether others have what the node held.</param>
    /// <param name="cancellationToken">Ends it: then there is no snapshot.</param>
    public Task FinishAsync(bool isHandedOver, CancellationToken cancellationToken)
    {
        if (isHandedOver)
        {
            Discard();
            return Task.CompletedTask;
        }
        if (_isUnread)
        {
            // It never joined a ring, and has nothing that is not in there.
            return Task.CompletedTask;
        }
        BeginWriting();
        return Begin(() => Write(isLast: true, cancellationToken));
    }

    /// <summary>Gives the directory back.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _reader?.Dispose();
        _directory.Dispose();
        _stop.Dispose();
    }

    private SnapshotReader? Open()
    {
        if (!_directory.HasSnapshot)
        {
            return null;
        }
        SnapshotReader? reader = null;
        try
        {
            reader = new SnapshotReader(_directory.Current);
            return reader.Header.Cluster == _node.Options.ClusterName
                ? reader : throw new SnapshotException($"it is of cluster '{reader.Header.Cluster}'");
        }
        catch (Exception error) when (error is SnapshotException or IOException or UnauthorizedAccessException)
        {
            reader?.Dispose();
            Refuse(_directory.Current, error.Message);
            return null;
        }
    }

    private void Read()
    {
        RingHost ring = _ring!;
        SnapshotReader reader = _reader!;
        var loader = new SnapshotLoader(_node, ring, reader);
        long started = _node.TimeProvider.GetTimestamp();
        try
        {
            Log.SnapshotFound(_node.Logger, At(reader.Header.CreatedMs), reader.Header.Node, reader.Length);
            loader.Check(_stop.Token);
            _directory.BeginReading();
            _isUnread = false;
            loader.Load(Progressed, _stop.Token);
            _directory.EndReading();
            RestoreTally tally = loader.Tally;
            Log.SnapshotRead(_node.Logger, tally.Applied, _node.TimeProvider.GetElapsedTime(started).TotalSeconds,
                tally.Expired, tally.Older, tally.Elsewhere, tally.NoRoom);
        }
        catch (OperationCanceledException)
        {
            if (!_isUnread)
            {
                Refuse(_directory.Begun, "the node stopped before all of it was read");
            }
        }
        catch (Exception error) when (error is SnapshotException or IOException or UnauthorizedAccessException)
        {
            Refuse(_isUnread ? _directory.Current : _directory.Begun, error.Message);
            _isUnread = false;
        }
        finally
        {
            reader.Dispose();
            ring.Restore(static (core, _) => core.End());
            _node.Store.Core.IsLoading = false;
            _status = _status with { IsReading = false, Restored = loader.Tally.Applied };
        }
    }

    private void Progressed(SnapshotLoader loader) =>
        _status = _status with { ReadBytes = _reader!.Position, Restored = loader.Tally.Applied };

    private void BeginWriting() => _status = _status with
    {
        IsWriting = true,
        WritingSinceMs = _node.NowMs,
        Written = 0,
        WriteTotal = _node.Store.Count + _node.Store.Tombstones,
    };

    private void Write(bool isLast, CancellationToken cancellationToken)
    {
        long started = _node.TimeProvider.GetTimestamp();
        string? why = null;
        FileStream? file = null;
        try
        {
            file = _directory.Create();
            var writer = new SnapshotWriter(file);
            writer.Begin(new SnapshotHeader
            {
                Cluster = _node.Options.ClusterName,
                Node = _node.Options.Name,
                CreatedMs = _node.NowMs,
            });
            ulong flushed = _node.Store.FlushVersion;
            writer.WriteRecords(_node.Store, () => _node.NowMs, paced: !isLast, Progressed, cancellationToken);
            (IReadOnlyList<TagVersion> tags, ulong floor) = isLast
                ? TagsOf(_ring!.Core.Tags.Table) : _ring!.Ask(static (core, _) => TagsOf(core.Tags), cancellationToken);
            writer.End(_node.Store, tags, floor);
            Volatile.Write(ref _savedFlush, flushed);
            _directory.Finish(file);
            TimeSpan took = _node.TimeProvider.GetElapsedTime(started);
            _status = _status with
            {
                LastMs = _node.NowMs,
                LastTookMs = (long)took.TotalMilliseconds,
                LastBytes = writer.Bytes,
            };
            Log.SnapshotWritten(_node.Logger, writer.Records, writer.Bytes, took.TotalSeconds, _directory.Current);
        }
        catch (OperationCanceledException)
        {
            why = isLast ? "the time to stop was over: raise --stop-timeout" : "the node stops, and writes another";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            why = error.Message;
        }
        finally
        {
            file?.Dispose();
        }
        if (why is not null)
        {
            Abandon();
            if (isLast)
            {
                // It says what was so earlier: what was changed since must not come back.
                Discard();
            }
            Log.SnapshotNotWritten(_node.Logger, _directory.Path, why);
        }
        _status = _status with { IsWriting = false, LastError = why };
    }

    private void Progressed(SnapshotWriter writer) => _status = _status with { Written = writer.Records };

    private static (IReadOnlyList<TagVersion> Tags, ulong Floor) TagsOf(TagTable table) =>
        ([.. table.After(default(TagVersion) with { Tag = [] })], table.Floor);

    private void Refuse(string path, string why)
    {
        try
        {
            _directory.SetAside(path);
            Log.SnapshotRefused(_node.Logger, why, _directory.Refused);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.SnapshotRefused(_node.Logger, $"{why} ({error.Message})", path);
        }
    }

    private void Discard() => Try(_directory.Discard);

    private void Abandon() => Try(_directory.Abandon);

    private void Try(Action change)
    {
        try
        {
            change();
            Volatile.Write(ref _savedFlush, _node.Store.FlushVersion);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.SnapshotNotWritten(_node.Logger, _directory.Path, error.Message);
        }
    }

    // Both take seconds, and the threads of the pool serve HTTP.
    private static Task Begin(Action work) => Task.Factory.StartNew(
        work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static string At(long unixMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("u", CultureInfo.InvariantCulture);
}
