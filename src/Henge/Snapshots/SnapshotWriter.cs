using Henge.Cluster.Messages;
using Henge.Cluster.Tags;
using Henge.Storage;

using Slot = Henge.Cluster.Slot;

namespace Henge.Snapshots;

/// <summary>Writes one snapshot to a stream, block by block. One thread.</summary>
internal sealed class SnapshotWriter(Stream stream)
{
    // A block that held a large value gives its memory back.
    private const int KeptBytes = 4 * SnapshotFormat.BlockBytes;

    // Records that are copied while one shard after another is locked, before anything is written.
    private const int RecordsAtOnce = 256;

    private MessageWriter _block = new(SnapshotFormat.BlockBytes + (SnapshotFormat.BlockBytes / 4));
    private long _blocks;

    /// <summary>Records written so far.</summary>
    public long Records { get; private set; }

    /// <summary>Bytes written so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Writes what stands before the records.</summary>
    public void Begin(SnapshotHeader header)
    {
        Span<byte> preamble = stackalloc byte[SnapshotFormat.PreambleBytes];
        SnapshotFormat.WritePreamble(preamble);
        stream.Write(preamble);
        Bytes += preamble.Length;
        header.Write(_block);
        EndBlock(SnapshotBlock.Header);
    }

    /// <summary>
    /// Writes everything that the store holds while it goes on: what is changed meanwhile may be there as it was or as
    /// it is. Nothing is written while a shard is locked.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="now">Its clock, in unix milliseconds.</param>
    /// <param name="paced">Whether clients are served meanwhile: then it rests as long as it works.</param>
    /// <param name="progress">Is called about every megabyte.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void WriteRecords(
        Store store, Func<long> now, bool paced, Action<SnapshotWriter> progress, CancellationToken cancellationToken)
    {
        using var walk = new RecordWalk(store);
        bool goesOn = true;
        long began = now();
        while (goesOn)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var visitor = new Copier(_block);
            goesOn = walk.Next(RecordsAtOnce, now(), ref visitor);
            Records += visitor.Records;
            if (_block.Length >= SnapshotFormat.BlockBytes || !goesOn)
            {
                EndBlock(SnapshotBlock.Records);
                progress(this);
                if (paced && goesOn)
                {
                    Rest(now() - began, cancellationToken);
                    began = now();
                }
            }
        }
    }

    /// <summary>
    /// Writes what must be as it was after the last record: invalidations, floors, versions. The file is whole then.
    /// </summary>
    public void End(Store store, IReadOnlyList<TagVersion> tags, ulong tagFloor)
    {
        _block.UInt64(tagFloor);
        foreach (TagVersion tag in tags)
        {
            _block.UInt64(tag.Version);
            _block.UInt16((ushort)tag.Tag.Length);
            _block.Raw(tag.Tag);
        }
        EndBlock(SnapshotBlock.Tags);
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (store.Floor(slot) is > 0 and var floor)
            {
                _block.UInt16((ushort)slot);
                _block.UInt64(floor);
            }
        }
        EndBlock(SnapshotBlock.Floors);
        _block.UInt64((ulong)Records);
        _block.UInt64(store.HighestVersion);
        _block.UInt64(store.FlushVersion);
        EndBlock(SnapshotBlock.End);
    }

    // Timers count milliseconds: less would be nothing, and a tenth of a second is long enough for anybody.
    private static void Rest(long workedMs, CancellationToken cancellationToken) =>
        cancellationToken.WaitHandle.WaitOne((int)Math.Clamp(workedMs, 1, 100));

    private void EndBlock(SnapshotBlock kind)
    {
        ReadOnlySpan<byte> bytes = _block.Written;
        Span<byte> header = stackalloc byte[SnapshotFormat.BlockHeaderBytes];
        SnapshotFormat.WriteBlockHeader(header, _blocks++, kind, bytes);
        stream.Write(header);
        stream.Write(bytes);
        Bytes += header.Length + bytes.Length;
        if (_block.Capacity > KeptBytes)
        {
            _block = new MessageWriter(SnapshotFormat.BlockBytes + (SnapshotFormat.BlockBytes / 4));
        }
        _block.Clear();
    }

    private struct Copier(MessageWriter block) : IRecordVisitor
    {
        public int Records;

        public void Visit(in EntryRecord record)
        {
            RecordCodec.Write(block, in record);
            Records++;
        }
    }
}
