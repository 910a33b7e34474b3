namespace Henge.Snapshots;

/// <summary>
/// The directory of a node's snapshot, held by one process: there is at most one snapshot in it, which is replaced as a
/// whole or not at all.
/// </summary>
internal sealed class SnapshotDirectory : IDisposable
{
    private const string FileName = "henge.snapshot";

    private readonly FileStream _lock;

    /// <summary>
    /// Takes a directory, and makes it where there is none; what an earlier process left half-written goes.
    /// </summary>
    /// <param name="path">Where.</param>
    /// <exception cref="HengeStartException">It cannot be used; the message says why.</exception>
    public SnapshotDirectory(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(Path);
            _lock = new FileStream(In("henge.lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
            });
        }
        catch (IOException error) when (File.Exists(In("henge.lock")) && error is not DirectoryNotFoundException)
        {
            throw new HengeStartException(
                $"the data directory {Path} is in use: give every node one of its own (--data-dir)", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HengeStartException(
                $"the data directory {Path} cannot be used: {error.Message}: give one that this user may write to",
                error);
        }
        File.Delete(Unfinished);
        if (File.Exists(Begun))
        {
            // The process that read it did not come to the end, perhaps because of it.
            SetAside(Begun);
        }
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>The snapshot.</summary>
    public string Current => In(FileName);

    /// <summary>
    /// A snapshot that goes into the store: each is read once, since what it says grows old, and one that ends its
    /// process must not do so again.
    /// </summary>
    public string Begun => In(FileName + ".reading");

    /// <summary>The last one that was not read, kept for people.</summary>
    public string Refused => In(FileName + ".refused");

    private string Unfinished => In(FileName + ".writing");

    /// <summary>Whether there is a snapshot.</summary>
    public bool HasSnapshot => File.Exists(Current);

    /// <summary>A file for a new snapshot, for this user alone; it counts from <see cref="Finish"/> on.</summary>
    public FileStream Create() => new(Unfinished, Private());

    /// <summary>The new snapshot takes the place of the old one: a power cut leaves one or the other.</summary>
    public void Finish(FileStream written)
    {
        written.Flush(flushToDisk: true);
        written.Dispose();
        File.Move(Unfinished, Current, overwrite: true);
    }

    /// <summary>Removes what was not finished.</summary>
    public void Abandon() => File.Delete(Unfinished);

    /// <summary>The snapshot goes into the store from now on.</summary>
    public void BeginReading() => File.Move(Current, Begun, overwrite: true);

    /// <summary>It was read.</summary>
    public void EndReading() => File.Delete(Begun);

    /// <summary>Keeps a snapshot that is not read, in place of the last such.</summary>
    public void SetAside(string path) => File.Move(path, Refused, overwrite: true);

    /// <summary>Removes the snapshot: it says what is not so any more.</summary>
    public void Discard() => File.Delete(Current);

    /// <summary>Gives the directory back.</summary>
    public void Dispose() => _lock.Dispose();

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private static FileStreamOptions Private()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        return options;
    }
}
