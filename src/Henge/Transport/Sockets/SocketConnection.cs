using System.Buffers;
using System.Net;
using System.Net.Sockets;

using Henge.Peers;
using Henge.Protocol;
using Henge.Sessions;
using Henge.Transport.Buffers;
using Henge.Transport.Connections;
using Henge.Transport.Tls;

namespace Henge.Transport.Sockets;

/// <summary>
/// One client connection over the runtime's sockets: a task that reads, runs commands and hands replies to
/// <see cref="ConnectionOutput"/>. It waits for input without a buffer. After detection it needs only a stream.
/// </summary>
internal sealed class SocketConnection : IClientConnection, IDisposable
{
    /// <summary>Room for what is received at once; more when a larger command is on its way.</summary>
    private const int SliceBytes = 16 << 10;

    /// <summary>Most received at once for a large command.</summary>
    private const int BodySliceBytes = 1 << 20;

    /// <summary>A writer that one huge reply made larger is given up.</summary>
    private const int KeptWriterBytes = 1 << 20;

    /// <summary>Rest between two looks at first bytes that say too little, and at a CLIENT PAUSE.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    [ThreadStatic]
    private static RespWriter? t_writer;

    private readonly ConnectionHost _host;
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly TlsSession? _tls;
    private readonly CancellationTokenSource _ending = new();
    private readonly ByteQueue _input;
    private readonly ConnectionOutput _output;
    private readonly IPEndPoint _remote;
    private ConnectionTimes _times;
    private int _closeReason;
    private volatile bool _isUndecided;
    private volatile bool _isHandedOver;
    private volatile bool _closesAfterOutput;
    private volatile bool _stops;

    /// <summary>Takes over an accepted socket and registers its session.</summary>
    /// <param name="host">What connections share.</param>
    /// <param name="socket">The socket.</param>
    /// <param name="tls">Its TLS, whose handshake is done and through which it speaks RESP; null for none.</param>
    public SocketConnection(ConnectionHost host, Socket socket, TlsSession? tls = null)
    {
        _tls = tls;
        _host = host;
        _socket = socket;
        _stream = tls is null ? new NetworkStream(socket, ownsSocket: false) : tls.OpenStream(socket);
        _isUndecided = tls is null;
        _input = new ByteQueue(host.Budget);
        _output = new ConnectionOutput(host.Budget);
        _remote = (IPEndPoint)socket.RemoteEndPoint!;
        LocalEndPoint = socket.LocalEndPoint!;
        _times.Connected(host.MonotonicMs);
        Session = host.Open(this);
    }

    /// <inheritdoc/>
    public EndPoint RemoteEndPoint => _remote;

    /// <inheritdoc/>
    public EndPoint LocalEndPoint { get; }

    /// <summary>The conversation it carries.</summary>
    public RespSession Session { get; }

    /// <inheritdoc/>
    public RingLane? Lane => _host.Node.Ring?.Lanes[0];

    /// <inheritdoc/>
    public long PendingOutputBytes => _output.PendingBytes;

    private bool IsClosed => Volatile.Read(ref _closeReason) != (int)CloseReason.None;

    /// <inheritdoc/>
    public void Push(ReadOnlyMemory<byte> bytes)
    {
        if (IsClosed)
        {
            return;
        }
        _output.Push(bytes);
        if (PendingOutputBytes > _host.OutputLimit(Session))
        {
            RequestClose(CloseReason.Output);
            return;
        }
        // The publisher is a session of its own, which must not wait for this one's network.
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.Flush(), this, preferLocal: false);
    }

    /// <inheritdoc/>
    public void RepliesReady()
    {
        if (!_output.TryAddReplies(Session))
        {
            RequestClose(CloseReason.Memory);
        }
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.Flush(), this, preferLocal: false);
    }

    /// <inheritdoc/>
    public void TakePushed(RespWriter reply) => _output.TakePushed(reply);

    /// <inheritdoc/>
    public void Close(bool afterPendingOutput)
    {
        if (!afterPendingOutput)
        {
            RequestClose(CloseReason.Asked);
            return;
        }
        _closesAfterOutput = true;
        _ending.Cancel();
    }

    /// <summary>Closes at once; the first reason counts. The reader's task then ends.</summary>
    public void RequestClose(CloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _closeReason, (int)reason, (int)CloseReason.None) == (int)CloseReason.None)
        {
            _host.Report(reason, _remote);
            _ending.Cancel();
            _socket.Dispose();
            _output.Signal();
        }
    }

    /// <summary>Ends the input once what has been received so far is carried out.</summary>
    public void Stop()
    {
        _stops = true;
        _ending.Cancel();
    }

    /// <summary>Closes it when one of its timeouts has passed.</summary>
    public void CheckTimes(long nowMs)
    {
        var facts = ConnectionFacts.Of(_host, Session, _isUndecided, _input.Length, _output.SentBytes);
        CloseReason reason = _times.Check(facts, _host.Limits, nowMs);
        if (reason != CloseReason.None)
        {
            RequestClose(reason);
        }
    }

    /// <summary>Serves the connection until it is closed or handed over. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (_tls is not null || await DecideAsync().ConfigureAwait(false))
            {
                await ReadAsync().ConfigureAwait(false);
                await SendRestAsync().ConfigureAwait(false);
                await (_tls?.FarewellAsync() ?? Task.CompletedTask).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
            or OperationCanceledException)
        {
            // The other side is gone, or the connection was closed under the reader: both end here, neither is an
            // error.
        }
        catch (Exception exception)
        {
            Log.SessionFailed(_host.Node.Logger, _remote, exception);
            RequestClose(CloseReason.Fault);
        }
        finally
        {
            Shut();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_isHandedOver)
        {
            _socket.Dispose();
        }
        _output.Dispose();
    }

    /// <summary>Looks at the first bytes without taking them; true when it speaks RESP.</summary>
    private async Task<bool> DecideAsync()
    {
        byte[] scratch = ArrayPool<byte>.Shared.Rent(ProtocolDetector.MaxPeekBytes);
        try
        {
            while (await IsReadableAsync().ConfigureAwait(false))
            {
                Memory<byte> room = scratch.AsMemory(0, ProtocolDetector.MaxPeekBytes);
                int count = await _socket.ReceiveAsync(room, SocketFlags.Peek, CancellationToken.None)
                    .ConfigureAwait(false);
                if (count == 0)
                {
                    return false;
                }
                Admission admission = _host.Admit(scratch.AsSpan(0, count), _remote);
                switch (admission)
                {
                    case Admission.Undecided when !_stops:
                        _times.CommandIncomplete(isNew: false, _host.MonotonicMs);
                        await Task.Delay(Rest, CancellationToken.None).ConfigureAwait(false);
                        break;
                    case Admission.Resp:
                        _isUndecided = false;
                        _times.CommandComplete();
                        return true;
                    case Admission.Http or Admission.Peer or Admission.Tls:
                        if (TryGiveAway())
                        {
                            _host.HandOver(admission, _socket);
                        }
                        return false;
                    default:
                        _socket.Send(ConnectionHost.AnswerTo(admission));
                        RequestClose(CloseReason.Refused);
                        return false;
                }
            }
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    /// <summary>From here on nobody may close the socket: the timeouts look at connections at any moment.</summary>
    private bool TryGiveAway() =>
        _isHandedOver = Interlocked.CompareExchange(ref _closeReason, (int)CloseReason.Peer, 0) == 0;

    /// <summary>
    /// Waits until there is input or its end; false when the connection ends and nothing has been received.
    /// </summary>
    private async ValueTask<bool> IsReadableAsync()
    {
        if (!_ending.IsCancellationRequested)
        {
            try
            {
                await SocketInput.WaitAsync(_stream, _tls is null ? _socket : null, _ending.Token)
                    .ConfigureAwait(false);
                return true;
            }
            catch (OperationCanceledException)
            {
                // Asked to end while waiting: what has come by now still counts.
            }
        }
        return _stops && !IsClosed && !_closesAfterOutput && _socket.Available > 0;
    }

    private async Task ReadAsync()
    {
        while (await IsReadableAsync().ConfigureAwait(false))
        {
            int wanted = Math.Clamp(Session.WantedBytes - _input.Length, SliceBytes, BodySliceBytes);
            if (!_input.TryReserve(Math.Min(wanted, Math.Max(_input.Length, SliceBytes))))
            {
                RequestClose(CloseReason.Memory);
                return;
            }
            Memory<byte> room = _input.Room;
            int count = await _stream.ReadAsync(room[..Math.Min(room.Length, BodySliceBytes)], CancellationToken.None)
                .ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }
            _input.Advance(count);
            _times.Received(_host.MonotonicMs);
            Interlocked.Add(ref _host.Node.Counters.InputBytes, count);
            if (!await RunCommandsAsync().ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Runs the commands that are whole, as fast as the client reads the replies; false when it closes.
    /// </summary>
    private async ValueTask<bool> RunCommandsAsync()
    {
        while (true)
        {
            while (PendingOutputBytes > _host.PauseAbove(Session) || Session.IsWaiting)
            {
                await _output.ChangedAsync(CancellationToken.None).ConfigureAwait(false);
                ObjectDisposedException.ThrowIf(IsClosed, this);
            }
            if (!RunOnce())
            {
                return false;
            }
            if (_input.Length == 0 || !Session.IsStalled)
            {
                return true;
            }
            if (Session.IsPaused)
            {
                await Task.Delay(Rest, CancellationToken.None).ConfigureAwait(false);
                ObjectDisposedException.ThrowIf(IsClosed, this);
            }
        }
    }

    private bool RunOnce()
    {
        RespWriter writer = t_writer ??= new RespWriter();
        writer.Clear();
        bool isKept = false;
        int consumed;
        RingLane? lane = Lane;
        lane?.Enter();
        _output.BeginReplies();
        try
        {
            consumed = Session.Consume(_input.Bytes, writer, _host.Node.NowMs);
        }
        finally
        {
            isKept = _output.EndReplies(Session, writer.Written);
            lane?.Exit();
        }
        _input.Consume(consumed);
        Interlocked.Add(ref _host.Node.Counters.OutputBytes, writer.Length);
        if (writer.Capacity > KeptWriterBytes)
        {
            t_writer = null;
        }
        NoteProgress(consumed);
        CloseReason reason = Session.Closing == SessionClosing.AtOnce ? CloseReason.Asked
            : !isKept ? CloseReason.Memory
            : PendingOutputBytes > _host.OutputLimit(Session) ? CloseReason.Output
            : CloseReason.None;
        if (reason != CloseReason.None)
        {
            RequestClose(reason);
            return false;
        }
        Flush();
        return Session.Closing == SessionClosing.No && !_closesAfterOutput;
    }

    private void NoteProgress(int consumed)
    {
        if (_input.Length == 0 || Session.IsStalled)
        {
            _times.CommandComplete();
            return;
        }
        _times.CommandIncomplete(isNew: consumed > 0, _host.MonotonicMs);
    }

    private void Flush() => _output.Flush(_stream, Failed);

    private void Failed(Exception? exception) => RequestClose(CloseReason.Peer);

    private async Task SendRestAsync()
    {
        Flush();
        while ((PendingOutputBytes > 0 || Session.HasPendingReplies) && !IsClosed)
        {
            await _output.ChangedAsync(CancellationToken.None).ConfigureAwait(false);
            Flush();
        }
    }

    private void Shut()
    {
        CloseReason reason = (CloseReason)Interlocked.CompareExchange(
            ref _closeReason, (int)CloseReason.Peer, (int)CloseReason.None);
        if (reason == CloseReason.None)
        {
            SocketFarewell.Say(_socket);
        }
        _input.Release();
        Dispose();
        _host.Closed(Session);
    }
}
