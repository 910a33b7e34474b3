using Henge.Protocol;

namespace Henge.Transport.Buffers;

/// <summary>
/// What other threads want sent on a connection, until the connection's own thread puts it behind the replies.
/// Thread safe. The payloads are shared between the connections they go to, so only their sum is kept here.
/// </summary>
internal sealed class PushQueue
{
    private readonly System.Threading.Lock _lock = new();
    private List<ReadOnlyMemory<byte>> _items = [];
    private List<ReadOnlyMemory<byte>> _spare = [];
    private long _bytes;

    /// <summary>Bytes in the queue.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Adds one payload.</summary>
    public void Add(ReadOnlyMemory<byte> payload)
    {
        lock (_lock)
        {
            _items.Add(payload);
            _bytes += payload.Length;
        }
    }

    /// <summary>Moves everything into a writer, in order. Called by the connection's own thread alone.</summary>
    public void MoveTo(RespWriter writer)
    {
        if (Bytes == 0)
        {
            return;
        }
        List<ReadOnlyMemory<byte>> items;
        lock (_lock)
        {
            items = _items;
            _items = _spare;
            _bytes = 0;
        }
        foreach (ReadOnlyMemory<byte> item in items)
        {
            writer.Raw(item.Span);
        }
        items.Clear();
        _spare = items;
    }

    /// <summary>
    /// Moves everything behind what a queue holds, in order; false when its budget does not grant the room.
    /// </summary>
    public bool TryMoveTo(ByteQueue queue)
    {
        lock (_lock)
        {
            foreach (ReadOnlyMemory<byte> item in _items)
            {
                if (!queue.TryAppend(item.Span))
                {
                    return false;
                }
            }
            _items.Clear();
            _bytes = 0;
            return true;
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _items.Clear();
            _bytes = 0;
        }
    }
}
