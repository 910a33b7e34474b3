using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.Lanes.Replicas;

/// <summary>
/// The owner's side of replication. What was written is kept until every other copy of its slot has acknowledged it;
/// then who waits for it is released. Each record carries a fingerprint of its slot's copies, and a replica that sees
/// other copies refuses: so an acknowledged record is where both sides think it should be, and a pull of the slot that
/// starts under that view finds it. A refused record, one on a broken link, and one whose slot changes hands goes
/// again, to the copies of the newest view; merging twice is harmless. What is not everywhere by its deadline ends as
/// unknown, and its slot is marked for the core to compare.
/// <code>
/// Replicate:    u64 number of the first | u32 count | { u32 fingerprint | record } ...
/// ReplicateAck: u64 number of the first | u32 count | u32 refused | { u32 index, ascending } ...
/// </code>
/// Every message is answered by one, in order, so the number only tells answers of a former link from those of this.
/// </summary>
internal sealed class Replication(
    ClusterOptions options, Store store, LaneShared shared, ILaneHost host, LaneCounters counters,
    Neighbours neighbours)
{
    // One message carries so much, or one record.
    private const int MessageBytes = 256 << 10;

    // Unacknowledged records of a lane. Sessions wait for theirs, so more than this means that nobody takes them.
    private const long MaxBytes = 64L << 20;

    // Records that wait are charged to the store's memory in such steps, so that most writes change no shared number.
    private const long ChargedStep = 1 << 20;

    // A refuser has a newer view, or will have it in a moment.
    private const int RefusedPauseMs = 10;

    private readonly List<WriteBatch> _batches = [];
    private readonly Stack<WriteBatch> _free = new();
    private readonly Queue<EndedWrite> _ended = new();
    private readonly List<RefusedRecord> _refused = [];
    private readonly MessageWriter _message = new();
    private long _bytes;
    private long _chargedBytes;
    private bool _hasUnsent;

    /// <summary>Whether any write waits.</summary>
    public bool IsBusy => _batches.Count > 0;

    /// <summary>Records under way of slots that are not this node's any more.</summary>
    public int Foreign { get; private set; }

    /// <summary>
    /// Takes what the host's changes hold beyond the first <paramref name="count"/> records. False when nobody needs to
    /// wait for it; else the operation or the hold comes out of <see cref="TryTakeEnded"/>.
    /// </summary>
    public bool Take(Operation? operation, Hold? hold, int count, int length, long deadlineMs)
    {
        ChangeBuffer changes = host.Changes;
        if (changes.Count == count || !neighbours.Replicates)
        {
            changes.Truncate(count, length);
            return false;
        }
        WriteBatch batch = _free.TryPop(out WriteBatch? free) ? free : new WriteBatch();
        batch.Fill(changes.Records[length..]);
        changes.Truncate(count, length);
        batch.DeadlineMs = deadlineMs;
        batch.Index = _batches.Count;
        _batches.Add(batch);
        bool isTooMuch = _bytes > MaxBytes;
        _bytes += batch.Length;
        Charge();
        if (options.WaitsForReplicas)
        {
            (batch.Operation, batch.Hold) = (operation, hold);
        }
        if (isTooMuch)
        {
            GiveUp(batch);
            return options.WaitsForReplicas;
        }
        for (int i = 0; i < batch.Count; i++)
        {
            Address(batch, i);
        }
        if (batch.Open == 0)
        {
            (batch.Operation, batch.Hold) = (null, null);
            End(batch, Outcome.Done);
            return false;
        }
        return options.WaitsForReplicas;
    }

    /// <summary>The next write that has ended.</summary>
    public bool TryTakeEnded(out EndedWrite ended) => _ended.TryDequeue(out ended);

    /// <summary>Looks at everything again after the neighbours went by a newer snapshot.</summary>
    public void Adopt()
    {
        for (int b = _batches.Count - 1; b >= 0; b--)
        {
            WriteBatch batch = _batches[b];
            for (int i = 0; i < batch.Count; i++)
            {
                ref BatchRecord record = ref batch.Records[i];
                if (!record.IsDone && record.Fingerprint != neighbours.Fingerprint(record.Slot))
                {
                    Address(batch, i);
                }
            }
            if (batch.Open == 0)
            {
                End(batch, Outcome.Done);
            }
        }
        AddressRefused(long.MaxValue);
        for (int i = 0; i < neighbours.All.Count; i++)
        {
            neighbours.All[i].Unsent.RemoveStale();
        }
    }

    /// <summary>Gives up what is late.</summary>
    public void Tick(Instant now)
    {
        for (int b = _batches.Count - 1; b >= 0; b--)
        {
            if (_batches[b].DeadlineMs <= now.MonotonicMs)
            {
                GiveUp(_batches[b]);
            }
        }
    }

    /// <summary>Sends what waits, as far as links take it.</summary>
    public void Flush(Instant now)
    {
        AddressRefused(now.MonotonicMs);
        if (!_hasUnsent)
        {
            return;
        }
        _hasUnsent = false;
        for (int i = 0; i < neighbours.All.Count; i++)
        {
            Peer peer = neighbours.All[i];
            while (peer.Unsent.Count > 0)
            {
                if (!peer.IsUp || !TrySend(peer))
                {
                    _hasUnsent = true;
                    break;
                }
            }
        }
    }

    /// <summary>A link broke: what was sent on it goes again on the next.</summary>
    public void LinkDown(Peer peer)
    {
        peer.FirstSent += (ulong)peer.Sent.Count;
        while (peer.Sent.Count > 0)
        {
            QueuedRecord record = peer.Sent.RemoveLast();
            if (record.IsCurrent)
            {
                peer.Unsent.AddFirst(record);
                _hasUnsent = true;
            }
        }
    }

    /// <summary>An answer came; false when it makes no sense.</summary>
    public bool ReceiveAck(Peer peer, ref MessageReader reader, Instant now)
    {
        ulong first = reader.UInt64();
        uint count = reader.UInt32();
        uint refused = reader.UInt32();
        if (reader.Failed || refused > count || reader.Left != (long)refused * sizeof(uint))
        {
            return false;
        }
        if (first < peer.FirstSent)
        {
            return true;
        }
        if (first > peer.FirstSent || count > peer.Sent.Count)
        {
            return false;
        }
        uint next = refused > 0 ? reader.UInt32() : uint.MaxValue;
        for (uint i = 0; i < count; i++)
        {
            QueuedRecord record = peer.Sent.RemoveFirst();
            peer.FirstSent++;
            if (i == next)
            {
                next = --refused > 0 ? reader.UInt32() : uint.MaxValue;
                _refused.Add(new RefusedRecord(record, now.MonotonicMs + RefusedPauseMs));
            }
            else if (record.IsCurrent)
            {
                Acknowledge(record);
            }
        }
        return refused == 0;
    }

    private void Acknowledge(in QueuedRecord acknowledged)
    {
        WriteBatch batch = acknowledged.Batch;
        ref BatchRecord record = ref batch.Records[acknowledged.Index];
        if (--record.Pending == 0)
        {
            Finish(batch, ref record);
            if (batch.Open == 0)
            {
                End(batch, Outcome.Done);
            }
        }
    }

    // Queues a record for all copies of its slot but this node; done at once where there is none.
    private void Address(WriteBatch batch, int index)
    {
        ref BatchRecord record = ref batch.Records[index];
        record.Attempt++;
        record.Pending = 0;
        record.Fingerprint = neighbours.Fingerprint(record.Slot);
        bool isForeign = !neighbours.IsOwner(record.Slot);
        Foreign += (isForeign ? 1 : 0) - (record.IsForeign ? 1 : 0);
        record.IsForeign = isForeign;
        foreach (ushort place in neighbours.Snapshot.View.CopiesOf(record.Slot))
        {
            if (neighbours.At(place) is { } peer)
            {
                peer.Unsent.AddLast(new QueuedRecord(batch, batch.Serial, index, record.Attempt));
                record.Pending++;
                _hasUnsent = true;
            }
        }
        if (record.Pending == 0)
        {
            Finish(batch, ref record);
        }
    }

    private void AddressRefused(long untilMs)
    {
        int due = 0;
        for (; due < _refused.Count && _refused[due].AgainAtMs <= untilMs; due++)
        {
            QueuedRecord record = _refused[due].Record;
            if (record.IsCurrent)
            {
                Address(record.Batch, record.Index);
                if (record.Batch.Open == 0)
                {
                    End(record.Batch, Outcome.Done);
                }
            }
        }
        _refused.RemoveRange(0, due);
    }

    private bool TrySend(Peer peer)
    {
        _message.Begin(MessageKind.Replicate);
        _message.UInt64(peer.FirstSent + (ulong)peer.Sent.Count);
        int at = _message.Reserve();
        int taken = 0;
        uint count = 0;
        while (taken < peer.Unsent.Count)
        {
            ref readonly QueuedRecord queued = ref peer.Unsent[taken];
            if (queued.IsCurrent)
            {
                ref BatchRecord record = ref queued.Batch.Records[queued.Index];
                if (count > 0 && _message.Length + record.Length > MessageBytes)
                {
                    break;
                }
                _message.UInt32(record.Fingerprint);
                _message.Raw(queued.Batch.BytesOf(record));
                count++;
            }
            taken++;
        }
        _message.Patch(at, count);
        if (count > 0 && !host.TrySend(peer.Id, _message.Written))
        {
            return false;
        }
        for (; taken > 0; taken--)
        {
            QueuedRecord queued = peer.Unsent.RemoveFirst();
            if (queued.IsCurrent)
            {
                peer.Sent.AddLast(queued);
            }
        }
        counters.Replicated += count;
        return true;
    }

    private void Finish(WriteBatch batch, ref BatchRecord record)
    {
        record.IsDone = true;
        Foreign -= record.IsForeign ? 1 : 0;
        record.IsForeign = false;
        batch.Open--;
    }

    private void GiveUp(WriteBatch batch)
    {
        foreach (ref BatchRecord record in batch.Records)
        {
            if (!record.IsDone)
            {
                shared.MarkDoubtful(record.Slot);
                Finish(batch, ref record);
            }
        }
        counters.Unreplicated++;
        End(batch, (options.Bugs & PlantedBugs.OkOnTimeout) != 0 ? Outcome.Done : Outcome.Unknown);
    }

    private void End(WriteBatch batch, Outcome outcome)
    {
        WriteBatch last = _batches[^1];
        _batches[batch.Index] = last;
        last.Index = batch.Index;
        _batches.RemoveAt(_batches.Count - 1);
        _bytes -= batch.Length;
        Charge();
        if (batch.Operation is not null || batch.Hold is not null)
        {
            _ended.Enqueue(new EndedWrite(batch.Operation, batch.Hold, outcome));
        }
        batch.Reset();
        _free.Push(batch);
    }

    private void Charge()
    {
        long due = (_bytes + ChargedStep / 2) & -ChargedStep;
        if (Math.Abs(_bytes - _chargedBytes) >= ChargedStep)
        {
            store.Charge(due - _chargedBytes);
            _chargedBytes = due;
        }
    }
}
