using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Transfers;

/// <summary>Slots that one member pulls from this node: what was gathered for it and not yet sent.</summary>
internal sealed class OutgoingPull
{
    private readonly Queue<MessageWriter> _ready = new();
    private readonly Stack<MessageWriter> _spare;
    private readonly int _chunkBytes;
    private MessageWriter? _filling;

    /// <summary>Creates a pull; <paramref name="spare"/> holds writers to use again.</summary>
    public OutgoingPull(
        MemberId puller, uint id, ulong since, SlotSet slots, int chunkBytes, Stack<MessageWriter> spare)
    {
        (Puller, Id, Since, Slots) = (puller, id, since, slots);
        (_chunkBytes, _spare) = (chunkBytes, spare);
    }

    /// <summary>Who pulls.</summary>
    public MemberId Puller { get; }

    /// <summary>The puller's number for it.</summary>
    public uint Id { get; }

    /// <summary>Only newer versions are wanted.</summary>
    public ulong Since { get; }

    /// <summary>The slots that are wanted.</summary>
    public SlotSet Slots { get; }

    /// <summary>Whether all records were gathered.</summary>
    public bool IsGathered { get; set; }

    /// <summary>Chunks sent.</summary>
    public uint Sent { get; private set; }

    /// <summary>Chunks that the puller has merged.</summary>
    public uint Acknowledged { get; set; }

    /// <summary>When it last went on, or said that it is at it, on the monotonic clock.</summary>
    public long MovedMs { get; set; }

    /// <summary>Records gathered.</summary>
    public long Records { get; private set; }

    /// <summary>Bytes gathered.</summary>
    public long Bytes { get; private set; }

    /// <summary>How far the walk has come, 0 to 255.</summary>
    public byte Progress { get; set; }

    /// <summary>Whether nothing more should be gathered before something was sent.</summary>
    public bool IsFull => _ready.Count >= 2;

    /// <summary>Whether a chunk is ready.</summary>
    public bool HasReady => _ready.Count > 0;

    /// <summary>Gathers a record.</summary>
    public void Take(in EntryRecord record)
    {
        int size = RecordCodec.SizeOf(in record);
        if (_filling is { } full && full.Length + size > _chunkBytes)
        {
            Close();
        }
        if (_filling is null)
        {
            _filling = _spare.Count > 0 ? _spare.Pop() : new MessageWriter(_chunkBytes);
            _filling.Begin(MessageKind.Chunk);
            _filling.UInt32(Id);
            _filling.UInt32(0);
            _filling.Byte(0);
        }
        RecordCodec.Write(_filling, in record);
        Records++;
        Bytes += size;
    }

    /// <summary>Makes what was gathered ready.</summary>
    public void Close()
    {
        if (_filling is not null)
        {
            _ready.Enqueue(_filling);
            _filling = null;
        }
    }

    /// <summary>The next chunk that is ready, with its number; stays until <see cref="Next"/>.</summary>
    public ReadOnlySpan<byte> Peek()
    {
        MessageWriter chunk = _ready.Peek();
        chunk.Patch(1 + sizeof(uint), Sent);
        chunk.PatchByte(1 + 2 * sizeof(uint), Progress);
        return chunk.Written;
    }

    /// <summary>The chunk was sent.</summary>
    public void Next(int keepBytes)
    {
        MessageWriter chunk = _ready.Dequeue();
        if (chunk.Capacity <= keepBytes)
        {
            _spare.Push(chunk);
        }
        Sent++;
    }

    /// <summary>A chunk without records was sent.</summary>
    public void CountEmpty() => Sent++;
}
