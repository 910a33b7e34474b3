using Henge.Cluster;
using Henge.Cluster.Messages;
using Henge.Peers;
using Henge.Storage;

using Slot = Henge.Cluster.Slot;

namespace Henge.Snapshots;

/// <summary>
/// Reads a snapshot back into a node that serves: what the ring has is newer and stays, and what this node is no copy
/// of is left out. On a thread of its own.
/// </summary>
internal sealed class SnapshotLoader(HengeNode node, RingHost ring, SnapshotReader reader)
{
    /// <summary>
    /// A ring that has been there for longer than this has forgotten what it deleted in its first minutes: what expires
    /// leaves a tombstone for so long, in case that another part of the ring comes back (docs/handoff.md).
    /// </summary>
    public static readonly TimeSpan LatestJoin = TimeSpan.FromMinutes(10);

    // Clocks of machines differ, and a ring that is stopped as a whole does not stop in one moment.
    private const long SkewMs = 10_000;

    // As many as may hold up a lane that settles: little over 100 microseconds.
    private const int RecordsAtOnce = 64;

    private readonly bool[] _isCopy = new bool[Slot.Count];
    private ClusterSnapshot? _seen;

    /// <summary>What became of its records.</summary>
    public RestoreTally Tally { get; } = new();

    /// <summary>
    /// Checks all of it, and whether the ring is one into which it may be read; waits until the node has joined it.
    /// </summary>
    /// <exception cref="SnapshotException">It is not read; the message says why.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Check(CancellationToken cancellationToken)
    {
        reader.Check(cancellationToken);
        ring.Joined.Wait(cancellationToken);
        long sinceMs = ring.Ask(static (core, _) => core.RingSinceMs, cancellationToken);
        if (sinceMs + SkewMs < reader.Header.CreatedMs)
        {
            throw new SnapshotException("the ring has gone on without this node since it was written");
        }
        if (node.NowMs - sinceMs > LatestJoin.TotalMilliseconds)
        {
            throw new SnapshotException(
                $"the ring started anew more than {LatestJoin.TotalMinutes} minutes ago, without this node");
        }
    }

    /// <summary>Reads all of it; it was checked.</summary>
    /// <param name="progress">Is called after every megabyte or so.</param>
    /// <param name="cancellationToken">Ends it in between.</param>
    /// <exception cref="SnapshotException">It is not read, or not to its end; the message says why.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Load(Action<SnapshotLoader> progress, CancellationToken cancellationToken)
    {
        bool isNear = ring.Ask(
            (core, now) => core.TryBegin(reader.Clock, reader.FlushVersion, reader.Tags, reader.TagFloor, now),
            cancellationToken);
        if (!isNear)
        {
            throw new SnapshotException(
                "its versions are more than a minute ahead of this machine's clock, which was set back");
        }
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            node.Store.RaiseFloor(slot, reader.Floors[slot]);
        }
        reader.Rewind();
        while (reader.NextRecords(out ReadOnlySpan<byte> records))
        {
            Merge(records, cancellationToken);
            progress(this);
        }
    }

    private void Merge(ReadOnlySpan<byte> records, CancellationToken cancellationToken)
    {
        var left = new MessageReader(records);
        while (left.Left > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // A node whose slots go elsewhere waits for this: then no record comes into a slot that it has given away.
            ring.BeginMerge();
            try
            {
                Follow(ring.Snapshot);
                long nowMs = node.NowMs;
                for (int i = 0; i < RecordsAtOnce && left.Left > 0; i++)
                {
                    EntryRecord record = RecordCodec.Read(ref left);
                    Take(in record, nowMs);
                }
            }
            finally
            {
                ring.EndLoneWrite();
            }
        }
    }

    private void Take(in EntryRecord record, long nowMs)
    {
        int slot = Slot.Of(record.Key).Number;
        if (_isCopy[slot])
        {
            // A floor of its own node's making took nothing of it; one that rose since may have.
            bool checksFloor = node.Store.Floor(slot) != reader.Floors[slot];
            Tally.Add(node.Store.Merge(in record, checksFloor, nowMs));
        }
        else
        {
            Tally.Elsewhere++;
        }
    }

    private void Follow(ClusterSnapshot snapshot)
    {
        if (ReferenceEquals(snapshot.View, _seen?.View))
        {
            return;
        }
        _seen = snapshot;
        int self = snapshot.View.PlaceOf(snapshot.Self.Id);
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            _isCopy[slot] = self >= 0 && snapshot.View.CopiesOf(new Slot(slot)).Contains((ushort)self);
        }
    }
}
