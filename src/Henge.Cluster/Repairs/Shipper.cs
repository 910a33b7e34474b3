using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.Repairs;

/// <summary>
/// Sends to each member, on the bulk link and a bounded piece at a time, prepared messages and then the records of some
/// keys as they are when their turn comes.
/// </summary>
internal sealed class Shipper
{
    /// <summary>The id of chunks that belong to no pull.</summary>
    public const uint NoPull = 0;

    private const int WorkPerTick = 128 << 10;
    private const int FullLinkMs = 5;

    private readonly ClusterOptions _options;
    private readonly Store _store;
    private readonly IClusterHost _host;
    private readonly SortedDictionary<MemberId, Queue<MessageWriter>> _messages = [];
    private readonly SortedDictionary<MemberId, Queue<byte[]>> _keys = [];
    private readonly MessageWriter _chunk = new();

    /// <summary>Creates a shipper with nothing to send.</summary>
    public Shipper(ClusterOptions options, Store store, IClusterHost host) =>
        (_options, _store, _host) = (options, store, host);

    /// <summary>Whether anything is still to be sent to a member.</summary>
    public bool IsBusyWith(MemberId member) => _messages.ContainsKey(member) || _keys.ContainsKey(member);

    /// <summary>Sends a message, after what is queued for that member.</summary>
    public void Send(MemberId to, MessageWriter message) => QueueOf(_messages, to).Enqueue(message);

    /// <summary>Sends what is here under some keys.</summary>
    public void Ship(MemberId to, IEnumerable<byte[]> keys)
    {
        foreach (byte[] key in keys)
        {
            QueueOf(_keys, to).Enqueue(key);
        }
    }

    /// <summary>A member cannot be reached, or the view has changed: what was queued for it is forgotten.</summary>
    public void Forget(MemberId member)
    {
        _messages.Remove(member);
        _keys.Remove(member);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _messages.Clear();
        _keys.Clear();
    }

    /// <summary>Sends a piece; returns when it wants to be called again.</summary>
    public long Tick(Instant now)
    {
        if (_messages.Count == 0 && _keys.Count == 0)
        {
            return long.MaxValue;
        }
        int left = WorkPerTick;
        bool isFull = false;
        foreach (MemberId member in _messages.Keys.ToArray())
        {
            Queue<MessageWriter> queue = _messages[member];
            while (left > 0 && queue.TryPeek(out MessageWriter? message)
                && !(isFull |= !_host.TrySend(member, LinkKind.Bulk, message.Written)))
            {
                left -= message.Length;
                queue.Dequeue();
            }
            if (queue.Count == 0)
            {
                _messages.Remove(member);
            }
        }
        foreach (MemberId member in _keys.Keys.ToArray())
        {
            Queue<byte[]> queue = _keys[member];
            while (left > 0 && queue.Count > 0 && !isFull)
            {
                left -= SendChunk(member, queue, ref isFull, now);
            }
            if (queue.Count == 0)
            {
                _keys.Remove(member);
            }
        }
        return now.MonotonicMs + (isFull ? FullLinkMs : 0);
    }

    // A chunk that could not be sent is made again later, of the same keys.
    private int SendChunk(MemberId to, Queue<byte[]> queue, ref bool isFull, Instant now)
    {
        _chunk.Begin(MessageKind.Chunk);
        _chunk.UInt32(NoPull);
        _chunk.UInt32(0);
        _chunk.Byte(0);
        // A planted bug gives what is sent a version of now, as repairs do that write what they found.
        ulong version = (_options.Bugs & PlantedBugs.RepairIgnoresTombstones) != 0 ? _store.Clock(now.UnixMs) : 0;
        int taken = 0;
        foreach (byte[] key in queue)
        {
            int before = _chunk.Length;
            var reader = new RecordReader(_chunk, version);
            _store.Inspect(key, now.UnixMs, ref reader);
            if (taken > 0 && _chunk.Length > _options.ChunkBytes)
            {
                _chunk.Truncate(before);
                break;
            }
            taken++;
        }
        if (!_host.TrySend(to, LinkKind.Bulk, _chunk.Written))
        {
            isFull = true;
            return 0;
        }
        for (; taken > 0; taken--)
        {
            queue.Dequeue();
        }
        return _chunk.Length;
    }

    private static Queue<T> QueueOf<T>(SortedDictionary<MemberId, Queue<T>> queues, MemberId member)
    {
        if (!queues.TryGetValue(member, out Queue<T>? queue))
        {
            queues.Add(member, queue = new Queue<T>());
        }
        return queue;
    }
}
