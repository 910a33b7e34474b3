using Henge.Cluster.Messages;
using Henge.Cluster.Transfers;
using Henge.Storage;

namespace Henge.Cluster.Lanes.Replicas;

/// <summary>
/// The replica's side of replication: merges records of slots of which this node is a copy, and refuses those whose
/// copies are others in its view. A record for which there is no room counts as taken, as if it had been evicted at
/// once: refusing it would hold up its writer for nothing. It is counted.
/// </summary>
internal sealed class ReplicaSide(
    ClusterOptions options, Store store, ILaneHost host, LaneCounters counters, Neighbours neighbours)
{
    private readonly MessageWriter _answer = new();
    private readonly MergeHints _hints = new(store);

    /// <summary>Records came; false when they make no sense.</summary>
    public bool Receive(long link, ref MessageReader reader, Instant now)
    {
        _answer.Begin(MessageKind.ReplicateAck);
        _answer.UInt64(reader.UInt64());
        uint count = reader.UInt32();
        _answer.UInt32(count);
        int at = _answer.Reserve();
        uint refused = 0;
        MessageReader ahead = reader;
        int hinted = 0;
        for (uint i = 0; i < count; i++)
        {
            if (--hinted < 0)
            {
                hinted = _hints.Give(ref ahead, skipped: sizeof(uint)) - 1;
            }
            uint fingerprint = reader.UInt32();
            EntryRecord record = RecordCodec.Read(ref reader);
            if (reader.Failed)
            {
                return false;
            }
            if (Takes(Slot.Of(record.Key), fingerprint))
            {
                Merge(record, now);
            }
            else
            {
                _answer.UInt32(i);
                refused++;
            }
        }
        if (!reader.IsDone)
        {
            return false;
        }
        _answer.Patch(at, refused);
        host.TryReply(link, _answer.Written);
        return true;
    }

    private bool Takes(Slot slot, uint fingerprint) => (options.Bugs & PlantedBugs.NoViewCheck) != 0
        || (neighbours.IsCopy(slot) && neighbours.Fingerprint(slot) == fingerprint);

    private void Merge(in EntryRecord record, Instant now)
    {
        MergeResult result = store.Merge(record, checksFloor: false, now.UnixMs);
        if (result is MergeResult.OutOfMemory or MergeResult.TooLarge)
        {
            counters.NoRoom++;
        }
        counters.Merged++;
    }
}
