using System.Buffers.Binary;

using Henge.Cluster.Messages;
using Henge.Cluster.Tags;

using Slot = Henge.Cluster.Slot;

namespace Henge.Snapshots;

/// <summary>
/// Reads a snapshot, twice: first all of it is checked, then its records are given out. So either all of a file is read
/// or nothing. Lengths are believed only as far as the file reaches. One thread.
/// </summary>
internal sealed class SnapshotReader : IDisposable
{
    private readonly FileStream _file;
    private byte[] _block = new byte[SnapshotFormat.BlockBytes * 2];
    private long _number;

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="SnapshotException">It is not a snapshot that this version reads.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public SnapshotReader(string path)
    {
        _file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
            Options = FileOptions.SequentialScan,
        });
        try
        {
            Header = Begin();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Whose it is, and of when.</summary>
    public SnapshotHeader Header { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length => _file.Length;

    /// <summary>How far it has been read.</summary>
    public long Position => _file.Position;

    /// <summary>Records in it; known once it is checked.</summary>
    public long Records { get; private set; }

    /// <summary>The highest version that its node had given; known once it is checked.</summary>
    public ulong Clock { get; private set; }

    /// <summary>What its node had flushed; known once it is checked.</summary>
    public ulong FlushVersion { get; private set; }

    /// <summary>Up to which version all that is tagged is stale; known once it is checked.</summary>
    public ulong TagFloor { get; private set; }

    /// <summary>Invalidated tags; known once it is checked.</summary>
    public List<TagVersion> Tags { get; } = [];

    /// <summary>Floors by slot; known once it is checked.</summary>
    public ulong[] Floors { get; } = new ulong[Slot.Count];

    /// <summary>Reads all of it, and checks every byte.</summary>
    /// <exception cref="SnapshotException">It was cut or changed, or holds what this version does not know.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Check(CancellationToken cancellationToken)
    {
        Rewind();
        long records = 0;
        for (bool isEnd = false; !isEnd;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var reader = new MessageReader(Next(out SnapshotBlock kind));
            switch (kind)
            {
                case SnapshotBlock.Header:
                    reader.Raw(reader.Left);
                    break;
                case SnapshotBlock.Records:
                    records += Count(ref reader);
                    break;
                case SnapshotBlock.Tags:
                    ReadTags(ref reader);
                    break;
                case SnapshotBlock.Floors:
                    ReadFloors(ref reader);
                    break;
                case SnapshotBlock.End:
                    Records = (long)reader.UInt64();
                    Clock = reader.UInt64();
                    FlushVersion = reader.UInt64();
                    isEnd = true;
                    break;
                case >= (SnapshotBlock)128:
                    reader.Raw(reader.Left);
                    break;
                default:
                    throw new SnapshotException(
                        $"it has parts of a kind ({(byte)kind}) that this version does not know");
            }
            if (!reader.IsDone)
            {
                throw new SnapshotException($"its {kind} do not make sense");
            }
        }
        if (records != Records || _file.Position != _file.Length)
        {
            throw new SnapshotException("it does not end where it should");
        }
    }

    /// <summary>Begins to give the records out; see <see cref="NextRecords"/>.</summary>
    public void Rewind()
    {
        _file.Position = SnapshotFormat.PreambleBytes;
        _number = 0;
    }

    /// <summary>The next records, in a buffer that the next call uses again; false behind the last.</summary>
    /// <exception cref="SnapshotException">The file was changed since it was checked.</exception>
    public bool NextRecords(out ReadOnlySpan<byte> records)
    {
        SnapshotBlock kind;
        do
        {
            records = Next(out kind);
        }
        while (kind is not (SnapshotBlock.Records or SnapshotBlock.End));
        return kind == SnapshotBlock.Records;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private SnapshotHeader Begin()
    {
        Span<byte> preamble = stackalloc byte[SnapshotFormat.PreambleBytes];
        int length = _file.ReadAtLeast(preamble, preamble.Length, throwOnEndOfStream: false);
        if (length < preamble.Length || !preamble.StartsWith(SnapshotFormat.Magic))
        {
            throw new SnapshotException("it is not a snapshot of this program");
        }
        int needed = BinaryPrimitives.ReadUInt16LittleEndian(preamble[10..]);
        if (needed > SnapshotFormat.Version)
        {
            throw new SnapshotException(
                $"a later version wrote it (format {needed}; this version reads up to {SnapshotFormat.Version})");
        }
        ReadOnlySpan<byte> first = Next(out SnapshotBlock kind);
        return kind == SnapshotBlock.Header && SnapshotHeader.Read(first) is { } header
            ? header : throw new SnapshotException("its header does not make sense");
    }

    private ReadOnlySpan<byte> Next(out SnapshotBlock kind)
    {
        Span<byte> header = stackalloc byte[SnapshotFormat.BlockHeaderBytes];
        Fill(header);
        kind = (SnapshotBlock)header[0];
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[1..]);
        if (length > SnapshotFormat.MaxBlockBytes || length > _file.Length - _file.Position)
        {
            throw new SnapshotException(Cut);
        }
        if (length > _block.Length)
        {
            _block = new byte[length];
        }
        Span<byte> bytes = _block.AsSpan(0, (int)length);
        Fill(bytes);
        if (SnapshotFormat.Checksum(_number++, kind, bytes) != BinaryPrimitives.ReadUInt32LittleEndian(header[5..]))
        {
            throw new SnapshotException("a checksum does not fit: it was changed or damaged");
        }
        return bytes;
    }

    private void Fill(Span<byte> bytes)
    {
        if (_file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new SnapshotException(Cut);
        }
    }

    private static int Count(ref MessageReader reader)
    {
        int count = 0;
        for (; reader.Left > 0 && !reader.Failed; count++)
        {
            RecordCodec.Read(ref reader);
        }
        return count;
    }

    private void ReadTags(ref MessageReader reader)
    {
        TagFloor = reader.UInt64();
        while (reader.Left > 0 && !reader.Failed)
        {
            ulong version = reader.UInt64();
            ReadOnlySpan<byte> tag = reader.Raw(reader.UInt16());
            if (tag.Length > TagSet.MaxBytes)
            {
                reader.Fail();
            }
            Tags.Add(new TagVersion(version, tag.ToArray()));
        }
    }

    private void ReadFloors(ref MessageReader reader)
    {
        while (reader.Left > 0 && !reader.Failed)
        {
            int slot = reader.UInt16();
            ulong floor = reader.UInt64();
            if (slot >= Slot.Count)
            {
                reader.Fail();
                return;
            }
            Floors[slot] = floor;
        }
    }

    private const string Cut = "it ends too early: it was cut, or is not written to its end";
}
