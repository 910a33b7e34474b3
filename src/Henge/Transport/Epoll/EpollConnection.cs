using System.Net;
using System.Runtime.InteropServices;

using Henge.Peers;
using Henge.Protocol;
using Henge.Sessions;
using Henge.Transport.Buffers;
using Henge.Transport.Connections;
using Henge.Transport.Epoll.Inputs;
using Henge.Transport.Tls;

namespace Henge.Transport.Epoll;

/// <summary>
/// One client connection of a loop: its socket, what waits to be understood, what waits to be sent. Everything belongs
/// to the loop's thread, but for the members of <see cref="IClientConnection"/>, which post it to the loop.
/// </summary>
internal sealed unsafe class EpollConnection : IClientConnection
{
    /// <summary>
    /// Bytes thrown away at most before a close, so that the kernel does not reset what was just sent.
    /// </summary>
    private const int MaxDiscarded = 1 << 20;

    private readonly ConnectionHost _host;
    private readonly EpollLoop _loop;
    private readonly Lock _descriptorGate = new();
    private readonly TlsSession? _tls;
    private bool _descriptorGone;
    private int _posted;
    private int _closeReason;
    private volatile bool _closesAfterOutput;

    /// <summary>Takes over an accepted socket and registers its session.</summary>
    public EpollConnection(
        ConnectionHost host, EpollLoop loop, int descriptor, IPEndPoint remote, IPEndPoint local,
        TlsSession? tls = null)
    {
        _tls = tls;
        _host = host;
        _loop = loop;
        Descriptor = descriptor;
        Remote = remote;
        LocalEndPoint = local;
        Input = new ByteQueue(host.Budget);
        Output = tls?.Output ?? new ByteQueue(host.Budget);
        Times.Connected(host.MonotonicMs);
        Session = host.Open(this);
    }

    /// <summary>The moments its timeouts count from.</summary>
    public ConnectionTimes Times;

    /// <summary>The socket; open until <see cref="Phase"/> is closed.</summary>
    public int Descriptor { get; }

    /// <summary>The other side.</summary>
    public IPEndPoint Remote { get; }

    /// <inheritdoc/>
    public EndPoint RemoteEndPoint => Remote;

    /// <inheritdoc/>
    public EndPoint LocalEndPoint { get; }

    /// <summary>The conversation it carries.</summary>
    public RespSession Session { get; }

    /// <summary>
    /// Received and not consumed: the tail of a command, or commands that wait for the client to read.
    /// </summary>
    public ByteQueue Input { get; }

    /// <summary>Replies and pushes that the kernel has not taken.</summary>
    public ByteQueue Output { get; }

    /// <summary>What other threads want sent.</summary>
    public PushQueue Pushes { get; } = new();

    /// <summary>Whether it speaks through TLS.</summary>
    public bool IsSecure => _tls is not null;

    /// <summary>Whether there is input that the kernel knows nothing of any more.</summary>
    public bool HasInput => _tls is { HasInput: true };

    /// <summary>Where it is in its life.</summary>
    public EpollPhase Phase { get; set; }

    /// <summary>Its row in the loop's table.</summary>
    public int Slot { get; set; }

    /// <summary>What epoll reports of it now.</summary>
    public uint Interest { get; set; }

    /// <summary>
    /// Whether what it received waits to be run in this turn: nothing may be received behind it before that.
    /// </summary>
    public bool IsReceived { get; set; }

    /// <summary>Whether it had a slice's worth of input the last time, as who sends long values has.</summary>
    public bool FillsSlices { get; set; }

    /// <summary>Whether the batch that runs has hinted at its first key.</summary>
    public bool IsHinted { get; set; }

    /// <summary>Whether it stands in one of the loop's lists of commands to run later.</summary>
    public bool IsScheduled { get; set; }

    /// <summary>Whether <see cref="Input"/> begins with a command that could run now.</summary>
    public bool IsStalled { get; set; }

    /// <summary>Bytes the kernel has taken.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Why others want it closed; none while nobody does.</summary>
    public CloseReason CloseRequest => (CloseReason)Volatile.Read(ref _closeReason);

    /// <summary>Whether it closes once its output is sent.</summary>
    public bool ClosesAfterOutput => _closesAfterOutput;

    /// <inheritdoc/>
    public RingLane? Lane => _loop.Lane;

    /// <inheritdoc/>
    public long PendingOutputBytes => Output.Length + Pushes.Bytes;

    /// <inheritdoc/>
    public void Push(ReadOnlyMemory<byte> bytes)
    {
        if (Phase == EpollPhase.Closed || CloseRequest != CloseReason.None)
        {
            return;
        }
        Pushes.Add(bytes);
        if (PendingOutputBytes > _host.OutputLimit(Session))
        {
            RequestClose(CloseReason.Output);
            return;
        }
        Post();
    }

    /// <inheritdoc/>
    public void RepliesReady() => _loop.RunSoon(this);

    /// <inheritdoc/>
    public void TakePushed(RespWriter reply) => Pushes.MoveTo(reply);

    /// <inheritdoc/>
    public void Close(bool afterPendingOutput)
    {
        if (afterPendingOutput)
        {
            _closesAfterOutput = true;
            Post();
        }
        else
        {
            EndSocket();
            RequestClose(CloseReason.Asked);
        }
    }

    /// <summary>
    /// Ends the conversation before whoever asked for it goes on: after CLIENT KILL is answered, its victim's pool must
    /// not be able to send on this connection. The number may be another socket's once it is closed, hence the gate.
    /// </summary>
    private void EndSocket()
    {
        lock (_descriptorGate)
        {
            if (!_descriptorGone)
            {
                _ = Libc.Shutdown(Descriptor, Libc.ShutdownBoth);
            }
        }
    }

    /// <summary>Asks the loop to close it at once; the first reason counts.</summary>
    public void RequestClose(CloseReason reason)
    {
        Interlocked.CompareExchange(ref _closeReason, (int)reason, (int)CloseReason.None);
        Post();
    }

    /// <summary>Puts it into the loop's mailbox, once until the loop has looked.</summary>
    public void Post()
    {
        if (Interlocked.Exchange(ref _posted, 1) == 0)
        {
            _loop.Post(this);
        }
    }

    /// <summary>The loop looks at it now; what is asked from here on posts again.</summary>
    public void Unpost() => Interlocked.Exchange(ref _posted, 0);

    /// <summary>Receives into <paramref name="room"/>; 0 at the end of the input, else the negative error.</summary>
    public int Receive(Span<byte> room, int flags) =>
        _tls is null ? ReceiveRaw(room, flags) : SecureInput.Receive(this, _tls, room);

    /// <summary>As it comes, encrypted where it is.</summary>
    public int ReceiveRaw(Span<byte> room, int flags)
    {
        fixed (byte* at = room)
        {
            while (true)
            {
                nint count = Libc.Receive(Descriptor, at, room.Length, flags | Libc.DontWait);
                if (count >= 0)
                {
                    return (int)count;
                }
                int error = Marshal.GetLastPInvokeError();
                if (error != Libc.Interrupted)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>
    /// Sends bytes, or puts behind the output what the kernel does not take. None when that went well; else why the
    /// connection cannot go on.
    /// </summary>
    public CloseReason Send(ReadOnlySpan<byte> bytes)
    {
        if (_tls is not null)
        {
            return SendSecure(_tls, bytes);
        }
        if (Output.Length == 0 && !TrySend(ref bytes))
        {
            return CloseReason.Peer;
        }
        if (bytes.Length == 0)
        {
            return CloseReason.None;
        }
        if (bytes.Length + PendingOutputBytes > _host.OutputLimit(Session))
        {
            return CloseReason.Output;
        }
        return Output.TryAppend(bytes) ? CloseReason.None : CloseReason.Memory;
    }

    private CloseReason SendSecure(TlsSession tls, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length + PendingOutputBytes > _host.OutputLimit(Session) && Output.Length > 0)
        {
            return CloseReason.Output;
        }
        try
        {
            tls.Write(bytes);
        }
        catch (Exception exception) when (TlsSession.IsFailure(exception))
        {
            return CloseReason.Memory;
        }
        return TryFlush() ? CloseReason.None : CloseReason.Peer;
    }

    /// <summary>Sends what waits, as far as the kernel takes it; false when the other side is gone.</summary>
    public bool TryFlush()
    {
        ReadOnlySpan<byte> left = Output.Bytes;
        int before = left.Length;
        if (!TrySend(ref left))
        {
            return false;
        }
        if (before > 0)
        {
            Output.Consume(before - left.Length);
        }
        return true;
    }

    /// <summary>
    /// Closes the socket and gives all memory back. After it the object only answers that it is closed.
    /// </summary>
    public void Shut(bool discardInput)
    {
        Phase = EpollPhase.Closed;
        if (discardInput)
        {
            if (_tls is not null && Output.Length == 0)
            {
                _tls.Farewell();
                TryFlush();
            }
            Discard();
        }
        Forget();
        _ = Libc.Close(Descriptor);
    }

    /// <summary>Gives all memory back and ends the session; the socket is somebody else's now.</summary>
    public void Forget()
    {
        Phase = EpollPhase.Closed;
        lock (_descriptorGate)
        {
            _descriptorGone = true;
        }
        Input.Release();
        Output.Release();
        _tls?.Dispose();
        Pushes.Clear();
        _host.Closed(Session);
    }

    /// <summary>What the timeouts must know.</summary>
    public CloseReason CheckTimes(long nowMs)
    {
        var facts = ConnectionFacts.Of(_host, Session, Phase == EpollPhase.Undecided, Input.Length, SentBytes);
        return Times.Check(facts, _host.Limits, nowMs);
    }

    private bool TrySend(ref ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint count;
            fixed (byte* at = bytes)
            {
                count = Libc.Send(Descriptor, at, bytes.Length, Libc.NoSignal | Libc.DontWait);
            }
            if (count >= 0)
            {
                // A short count means a full socket: asking again would only be told so.
                bool isFull = count < bytes.Length;
                SentBytes += count;
                bytes = bytes[(int)count..];
                if (isFull)
                {
                    return true;
                }
                continue;
            }
            int error = Marshal.GetLastPInvokeError();
            if (error is Libc.Again or Libc.NoBuffers)
            {
                return true;
            }
            if (error != Libc.Interrupted)
            {
                return false;
            }
        }
        return true;
    }

    private void Discard()
    {
        Span<byte> scrap = stackalloc byte[4096];
        int discarded = 0;
        int count;
        while (discarded < MaxDiscarded && (count = ReceiveRaw(scrap, 0)) > 0)
        {
            discarded += count;
        }
    }
}
