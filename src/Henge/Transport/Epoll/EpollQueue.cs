using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Henge.Transport.Epoll;

/// <summary>
/// One epoll descriptor, the events of its last wait, and an eventfd by which other threads wake it. Waits and reads by
/// one thread; <see cref="Wake"/> by any. The kernel's event is 12 bytes on x64 and 16 where it is not packed.
/// </summary>
internal sealed unsafe class EpollQueue : IDisposable
{
    /// <summary>Key of the events that only wake.</summary>
    public const long WakeKey = -1;

    private static readonly bool IsPacked =
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    private static readonly int EventBytes = IsPacked ? 12 : 16;
    private static readonly int KeyOffset = IsPacked ? 4 : 8;

    private readonly byte[] _events;
    private readonly byte* _eventsAt;
    private readonly int _epoll;
    private readonly int _wake;
    private int _sleeping;

    /// <summary>Creates a queue that reports at most <paramref name="capacity"/> events at a time.</summary>
    /// <exception cref="HengeStartException">The system has no descriptors left.</exception>
    public EpollQueue(int capacity)
    {
        _events = GC.AllocateArray<byte>(capacity * EventBytes, pinned: true);
        _eventsAt = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_events, 0);
        Capacity = capacity;
        _epoll = Libc.EpollCreate(Libc.CloseOnExec);
        _wake = Libc.EventDescriptor(0, Libc.NonBlocking | Libc.CloseOnExec);
        if (_epoll < 0 || _wake < 0 || !TryControl(Libc.Add, _wake, Libc.In, WakeKey))
        {
            int error = Marshal.GetLastPInvokeError();
            Dispose();
            throw new HengeStartException($"cannot create an event queue: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    /// <summary>Events reported at a time.</summary>
    public int Capacity { get; }

    /// <summary>
    /// Says that the thread is about to sleep; then it must look once more at what others may have posted.
    /// </summary>
    public void AnnounceSleep() => Interlocked.Exchange(ref _sleeping, 1);

    /// <summary>Waits; returns the number of events, 0 when the time is over or a signal came.</summary>
    public int Wait(int timeoutMs)
    {
        int count = Libc.EpollWait(_epoll, _eventsAt, Capacity, timeoutMs);
        Volatile.Write(ref _sleeping, 0);
        return Math.Max(0, count);
    }

    /// <summary>One event of the last wait.</summary>
    public uint Event(int index, out long key)
    {
        ReadOnlySpan<byte> at = _events.AsSpan(index * EventBytes, EventBytes);
        key = BinaryPrimitives.ReadInt64LittleEndian(at[KeyOffset..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(at);
    }

    /// <summary>Adds, modifies or deletes a descriptor; false when the kernel refuses.</summary>
    public bool TryControl(int operation, int descriptor, uint interest, long key)
    {
        byte* change = stackalloc byte[16];
        var bytes = new Span<byte>(change, 16);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, interest);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[KeyOffset..], key);
        return Libc.EpollControl(_epoll, operation, descriptor, change) == 0;
    }

    /// <summary>Wakes the thread if it sleeps or is about to. What was posted before is then seen.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _sleeping, 0) == 1)
        {
            ulong one = 1;
            Libc.Write(_wake, (byte*)&one, sizeof(ulong));
        }
    }

    /// <summary>Takes the wake-up off the eventfd.</summary>
    public void ClearWake()
    {
        ulong count = 0;
        Libc.Read(_wake, (byte*)&count, sizeof(ulong));
    }

    /// <summary>Closes both descriptors.</summary>
    public void Dispose()
    {
        if (_epoll >= 0)
        {
            Libc.Close(_epoll);
        }
        if (_wake >= 0)
        {
            Libc.Close(_wake);
        }
    }
}
