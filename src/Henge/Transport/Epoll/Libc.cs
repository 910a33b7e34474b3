using System.Runtime.InteropServices;

namespace Henge.Transport.Epoll;

/// <summary>
/// The calls into Linux that the loops make; names, arguments and results are those of the manual pages. All are
/// ordinary transitions: suppressing them would keep the collector waiting on calls that sleep or copy.
/// </summary>
internal static unsafe partial class Libc
{
    /// <summary>Readable.</summary>
    public const uint In = 0x1;

    /// <summary>Writable.</summary>
    public const uint Out = 0x4;

    /// <summary>Failed; always reported.</summary>
    public const uint Err = 0x8;

    /// <summary>Closed both ways; always reported.</summary>
    public const uint Hup = 0x10;

    /// <summary>The other side has finished sending.</summary>
    public const uint ReadHup = 0x2000;

    /// <summary>Report changes, not states.</summary>
    public const uint EdgeTriggered = 1u << 31;

    /// <summary>epoll_ctl: add.</summary>
    public const int Add = 1;

    /// <summary>epoll_ctl: delete.</summary>
    public const int Delete = 2;

    /// <summary>epoll_ctl: modify.</summary>
    public const int Modify = 3;

    /// <summary>recv: leave the bytes where they are.</summary>
    public const int Peek = 0x2;

    /// <summary>recv, send: do not wait.</summary>
    public const int DontWait = 0x40;

    /// <summary>send: an error instead of a signal when the other side is gone.</summary>
    public const int NoSignal = 0x4000;

    /// <summary>Interrupted by a signal.</summary>
    public const int Interrupted = 4;

    /// <summary>Nothing there, or no room, now.</summary>
    public const int Again = 11;

    /// <summary>The process has no more file descriptors.</summary>
    public const int TooManyFiles = 24;

    /// <summary>The system has no more file descriptors.</summary>
    public const int TooManyFilesInSystem = 23;

    /// <summary>The system has no more buffers.</summary>
    public const int NoBuffers = 105;

    /// <summary>Out of memory.</summary>
    public const int NoMemory = 12;

    /// <summary>accept4: the new descriptor does not block.</summary>
    public const int NonBlocking = 0x800;

    /// <summary>accept4 and others: the new descriptor is not inherited by programs that are started.</summary>
    public const int CloseOnExec = 0x80000;

    /// <summary>Ends both directions.</summary>
    public const int ShutdownBoth = 2;

    private const string Name = "libc";

    [LibraryImport(Name, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Name, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* epollEvent);

    [LibraryImport(Name, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int maxEvents, int timeoutMs);

    [LibraryImport(Name, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport(Name, EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int listener, byte* address, int* addressLength, int flags);

    [LibraryImport(Name, EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetSocketName(int socket, byte* address, int* addressLength);

    [LibraryImport(Name, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int socket, byte* buffer, nint length, int flags);

    [LibraryImport(Name, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int socket, byte* buffer, nint length, int flags);

    [LibraryImport(Name, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nint length);

    [LibraryImport(Name, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nint length);

    [LibraryImport(Name, EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int socket, int how);

    [LibraryImport(Name, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);
}
