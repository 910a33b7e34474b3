using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Lanes.Fetches;

/// <summary>
/// Answers what other nodes fetch from this one, owner or not. A node that holds nothing of the slot, or that is not
/// the process that was asked but a later one of its name, says so: its "absent" would be a false miss.
/// </summary>
internal sealed class FetchAnswers(Store store, ILaneHost host, Neighbours neighbours)
{
    // One answer carries so much, or one record; the rest follows in another.
    private const int MessageBytes = 256 << 10;

    private readonly MessageWriter _answer = new();

    /// <summary>A question came; false when it makes no sense.</summary>
    public bool Receive(long link, ref MessageReader reader, Instant now)
    {
        ulong id = reader.UInt64();
        bool isMeant = new BootId(reader.UInt64()) == neighbours.Snapshot.Self.Boot;
        uint count = reader.UInt32();
        int at = Begin(id);
        uint answered = 0;
        for (uint i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> key = reader.Bytes();
            if (reader.Failed || key.Length > StoreOptions.MaxKeyBytes)
            {
                return false;
            }
            Answer(key, isMeant && Holds(Slot.Of(key)), now);
            answered++;
            if (_answer.Length >= MessageBytes)
            {
                End(link, at, answered);
                at = Begin(id);
                answered = 0;
            }
        }
        if (!reader.IsDone)
        {
            return false;
        }
        if (answered > 0)
        {
            End(link, at, answered);
        }
        return true;
    }

    private int Begin(ulong id)
    {
        _answer.Begin(MessageKind.FetchReply);
        _answer.UInt64(id);
        return _answer.Reserve();
    }

    private void End(long link, int at, uint answered)
    {
        _answer.Patch(at, answered);
        host.TryReply(link, _answer.Written);
    }

    private void Answer(ReadOnlySpan<byte> key, bool holds, Instant now)
    {
        var copier = new RecordCopier(_answer);
        if (!holds || store.Inspect(key, now.UnixMs, ref copier) == KeyState.Absent)
        {
            _answer.Byte((byte)(holds ? KnownState.Absent : KnownState.NotLoaded));
            _answer.Bytes(key);
        }
    }

    private bool Holds(Slot slot)
    {
        ClusterSnapshot snapshot = neighbours.Snapshot;
        return snapshot.IsAlone || snapshot.Complete[slot.Number] || snapshot.Leftover[slot.Number]
            || snapshot.Access[slot.Number] is SlotAccess.Serve or SlotAccess.Load;
    }
}
