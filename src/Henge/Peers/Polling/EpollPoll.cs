using System.Net.Sockets;

using Henge.Transport.Epoll;

namespace Henge.Peers.Polling;

/// <summary>Waits by epoll: the cost follows what is ready, not what is watched.</summary>
internal sealed class EpollPoll : ISocketPoll
{
    private const int Capacity = 256;

    private readonly EpollQueue _queue = new(Capacity);
    private readonly Dictionary<Socket, long> _keys = [];
    private readonly Dictionary<long, object> _owners = [];
    private readonly List<PollEvent> _events = [];
    private long _nextKey;

    /// <inheritdoc/>
    public void Watch(Socket socket, object owner, bool reading, bool writing)
    {
        bool isNew = !_keys.TryGetValue(socket, out long key);
        if (isNew)
        {
            key = _nextKey++;
            _keys[socket] = key;
        }
        _owners[key] = owner;
        uint interest = (reading ? Libc.In : 0) | (writing ? Libc.Out : 0);
        _queue.TryControl(isNew ? Libc.Add : Libc.Modify, Descriptor(socket), interest, key);
    }

    /// <inheritdoc/>
    public void Forget(Socket socket)
    {
        if (_keys.Remove(socket, out long key))
        {
            _owners.Remove(key);
            _queue.TryControl(Libc.Delete, Descriptor(socket), 0, 0);
        }
    }

    /// <inheritdoc/>
    public void AnnounceSleep() => _queue.AnnounceSleep();

    /// <inheritdoc/>
    public IReadOnlyList<PollEvent> Wait(int timeoutMs)
    {
        _events.Clear();
        int ready = _queue.Wait(timeoutMs);
        for (int i = 0; i < ready; i++)
        {
            uint what = _queue.Event(i, out long key);
            if (key == EpollQueue.WakeKey)
            {
                _queue.ClearWake();
            }
            else if (_owners.TryGetValue(key, out object? owner))
            {
                bool hasFailed = (what & (Libc.Err | Libc.Hup)) != 0;
                bool canRead = hasFailed || (what & Libc.In) != 0;
                bool canWrite = hasFailed || (what & Libc.Out) != 0;
                _events.Add(new PollEvent(owner, canRead, canWrite));
            }
        }
        return _events;
    }

    /// <inheritdoc/>
    public void Wake() => _queue.Wake();

    /// <inheritdoc/>
    public void Dispose() => _queue.Dispose();

    private static int Descriptor(Socket socket) => (int)socket.SafeHandle.DangerousGetHandle();
}
