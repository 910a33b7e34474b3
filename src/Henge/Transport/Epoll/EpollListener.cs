using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

using Henge.Transport.Connections;
using Henge.Transport.Tls;

namespace Henge.Transport.Epoll;

/// <summary>
/// Accepts on the first loop's thread and gives each connection to the loop that has fewest, so that they spread evenly
/// whoever connects when. Closed by the transport before the loops stop.
/// </summary>
internal sealed unsafe class EpollListener
{
    /// <summary>Connections accepted at a time: a storm of connects leaves turns for those who are in.</summary>
    private const int AcceptsPerTurn = 64;

    /// <summary>
    /// Rest after the system had no descriptors left: one that closes is what helps, not asking again.
    /// </summary>
    private const int RestMs = 100;

    private readonly ConnectionHost _host;
    private readonly IReadOnlyList<Socket> _sockets;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EpollLoop[] _loops = [];
    private volatile bool _closes;
    private bool _isClosed;

    /// <summary>Takes over sockets that listen.</summary>
    public EpollListener(ConnectionHost host, IReadOnlyList<Socket> sockets)
    {
        _host = host;
        _sockets = sockets;
        foreach (Socket socket in sockets)
        {
            socket.Blocking = false;
        }
    }

    /// <summary>When accepting goes on after a rest; 0 while it does not rest.</summary>
    public long ResumeAtMs { get; private set; }

    /// <summary>Ends when no more connections are accepted.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Sets the loops that connections are given to.</summary>
    public void ServeWith(EpollLoop[] loops) => _loops = loops;

    /// <summary>Asks for an end of accepting; the first loop then does it.</summary>
    public void Close() => _closes = true;

    /// <summary>Closes the sockets; for a listener that no loop has taken.</summary>
    public void Abandon()
    {
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }
    }

    /// <summary>Registers the sockets with the accepting loop's queue.</summary>
    public void Attach(EpollQueue queue)
    {
        for (int i = 0; i < _sockets.Count; i++)
        {
            queue.TryControl(Libc.Add, Descriptor(i), Libc.In, EpollQueue.WakeKey - 1 - i);
        }
    }

    /// <summary>Accepts what waits on the socket with this key.</summary>
    public void Accept(long key)
    {
        int index = (int)(EpollQueue.WakeKey - 1 - key);
        byte* address = stackalloc byte[SocketName.MaxBytes];
        for (int i = 0; i < AcceptsPerTurn && !_isClosed && ResumeAtMs == 0; i++)
        {
            int length = SocketName.MaxBytes;
            int descriptor = Libc.Accept(Descriptor(index), address, &length, Libc.NonBlocking | Libc.CloseOnExec);
            if (descriptor >= 0)
            {
                Admit(descriptor, SocketName.Read(new ReadOnlySpan<byte>(address, SocketName.MaxBytes)));
                continue;
            }
            int error = Marshal.GetLastPInvokeError();
            switch (error)
            {
                case Libc.Again:
                    return;
                case Libc.TooManyFiles or Libc.TooManyFilesInSystem or Libc.NoBuffers or Libc.NoMemory:
                    _host.ReportNoDescriptors(error);
                    ResumeAtMs = _host.MonotonicMs + RestMs;
                    return;
                default:
                    // The connection was gone before we came to it; the next one is another.
                    continue;
            }
        }
    }

    /// <summary>Called after each turn of the accepting loop: rests, goes on, or ends.</summary>
    public void Resume(EpollQueue queue, long nowMs)
    {
        if (_isClosed)
        {
            return;
        }
        if (_closes)
        {
            _isClosed = true;
            Abandon();
            _closed.SetResult();
        }
        else if (ResumeAtMs > 0)
        {
            bool goesOn = nowMs >= ResumeAtMs;
            for (int i = 0; i < _sockets.Count; i++)
            {
                queue.TryControl(Libc.Modify, Descriptor(i), goesOn ? Libc.In : 0, EpollQueue.WakeKey - 1 - i);
            }
            ResumeAtMs = goesOn ? 0 : ResumeAtMs;
        }
    }

    private int Descriptor(int index) => (int)_sockets[index].SafeHandle.DangerousGetHandle();

    private void Admit(int descriptor, IPEndPoint remote)
    {
        Interlocked.Increment(ref _host.Node.Counters.ConnectionsReceived);
        if (_host.IsFull(remote.Address))
        {
            ReadOnlySpan<byte> answer = ConnectionHost.TooManyClients;
            fixed (byte* at = answer)
            {
                Libc.Send(descriptor, at, answer.Length, Libc.NoSignal | Libc.DontWait);
            }
            _ = Libc.Close(descriptor);
            _host.Report(CloseReason.Refused, remote);
            return;
        }
        Give(descriptor, remote, tls: null);
    }

    /// <summary>Gives a connection whose TLS is up to a loop; false when it is one too many.</summary>
    public bool TryAdopt(Socket socket, TlsSession tls)
    {
        var remote = (IPEndPoint)socket.RemoteEndPoint!;
        if (_closes || _host.IsFull(remote.Address))
        {
            return false;
        }
        int descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        // The descriptor is the loop's from now on; the object must not close it.
        socket.SafeHandle.SetHandleAsInvalid();
        Give(descriptor, remote, tls);
        return true;
    }

    private void Give(int descriptor, IPEndPoint remote, TlsSession? tls)
    {
        EpollLoop loop = _loops[0];
        foreach (EpollLoop other in _loops)
        {
            if (other.Connections < loop.Connections)
            {
                loop = other;
            }
        }
        loop.Expect();
        new EpollConnection(_host, loop, descriptor, remote, LocalName(descriptor), tls).Post();
    }

    private static IPEndPoint LocalName(int descriptor)
    {
        byte* address = stackalloc byte[SocketName.MaxBytes];
        int length = SocketName.MaxBytes;
        return Libc.GetSocketName(descriptor, address, &length) == 0
            ? SocketName.Read(new ReadOnlySpan<byte>(address, SocketName.MaxBytes))
            : new IPEndPoint(IPAddress.None, 0);
    }
}
