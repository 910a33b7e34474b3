using Henge.Protocol;
using Henge.Sessions;
using Henge.Transport.Connections;

namespace Henge.Transport.Epoll;

/// <summary>
/// What one turn of a loop received and what it answers. First every ready connection is received from, into slices of
/// one buffer; then their commands run, into one writer; then each connection's replies are sent, once. So the loop
/// needs one buffer each way however many connections it has, and a turn has three phases over all of them.
/// </summary>
internal sealed class EpollBatch
{
    /// <summary>
    /// The receive buffer: small enough for the second-level cache, large enough for a turn of pipelines.
    /// </summary>
    private const int BufferBytes = 256 << 10;

    /// <summary>
    /// Most bytes of one connection in one turn: this is what keeps a loud one from starving the others.
    /// </summary>
    private const int SliceBytes = 32 << 10;

    /// <summary>
    /// The same of one that filled its slice the last time: a value as long as most lies whole where it was received,
    /// and a pipeline of such values takes fewer system calls.
    /// </summary>
    private const int LongSliceBytes = 128 << 10;

    /// <summary>
    /// A tail up to this size is moved in front of what is received next, and so never needs more memory than itself.
    /// </summary>
    private const int MovedTailBytes = SliceBytes / 2;

    /// <summary>Most bytes received at once for a command that is larger than a slice.</summary>
    private const int BodySliceBytes = 1 << 20;

    /// <summary>Replies are sent early once there are so many, so that the writer stays in cache.</summary>
    private const int FlushBytes = 256 << 10;

    /// <summary>What a connection sends by single commands is seldom longer than this.</summary>
    private const int HintedBytes = 512;

    /// <summary>A writer that one huge reply made larger is given up after it.</summary>
    private const int KeptWriterBytes = 2 << 20;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private readonly List<(EpollConnection Connection, int Start, int Length)> _received = [];
    private readonly List<(EpollConnection Connection, int Start, int Length)> _replies = [];
    private readonly EpollLoop _loop;
    private readonly ConnectionHost _host;
    private RespWriter _writer = new();
    private int _filled;
    private long _receivedBytes;
    private long _repliedBytes;

    /// <summary>Creates the batch of a loop.</summary>
    public EpollBatch(EpollLoop loop, ConnectionHost host)
    {
        _loop = loop;
        _host = host;
        host.Budget.Charge(BufferBytes);
    }

    /// <summary>
    /// Receives once from a connection that has something to read, and remembers it for <see cref="Run"/>.
    /// </summary>
    /// <returns>The bytes received; 0 at the end of the input; else the negative error.</returns>
    public int Receive(EpollConnection connection)
    {
        int tail = connection.Input.Length;
        int slice = connection.FillsSlices ? LongSliceBytes : SliceBytes;
        int count = tail <= MovedTailBytes && connection.Session.WantedBytes <= slice
            ? ReceiveIntoSlice(connection, tail, slice)
            : ReceiveIntoTail(connection, tail);
        _receivedBytes += Math.Max(0, count);
        connection.IsReceived = count > 0;
        return count;
    }

    /// <summary>Remembers a connection whose input is in its own queue.</summary>
    public void AddStored(EpollConnection connection) => _received.Add((connection, -1, 0));

    /// <summary>
    /// Runs what was received, sends the replies, and lets the loop decide how each connection goes on.
    /// </summary>
    public void Run()
    {
        Hint();
        foreach ((EpollConnection connection, int start, int length) in _received)
        {
            connection.IsReceived = false;
            if (connection.Phase != EpollPhase.Closed)
            {
                Execute(connection, start, length);
                _loop.SendEarly();
            }
        }
        _received.Clear();
        _filled = 0;
        SendReplies();
    }

    /// <summary>
    /// Sends what was pushed on a connection. Nothing of its replies may be unsent, and nothing is: see Run.
    /// </summary>
    public void SendPushes(EpollConnection connection)
    {
        if (connection.Session.HoldsPushes)
        {
            _loop.Settle(connection);
            return;
        }
        connection.Pushes.MoveTo(_writer);
        _replies.Add((connection, 0, _writer.Length));
        SendReplies();
    }

    /// <summary>Adds what was received and replied since the last call to the node's counters.</summary>
    public void Count()
    {
        if (_receivedBytes > 0)
        {
            Interlocked.Add(ref _host.Node.Counters.InputBytes, _receivedBytes);
            _receivedBytes = 0;
        }
        if (_repliedBytes > 0)
        {
            Interlocked.Add(ref _host.Node.Counters.OutputBytes, _repliedBytes);
            _repliedBytes = 0;
        }
    }

    private int ReceiveIntoSlice(EpollConnection connection, int tail, int most)
    {
        if (BufferBytes - _filled < most)
        {
            Run();
        }
        Span<byte> slice = _buffer.AsSpan(_filled, most);
        connection.Input.Bytes.CopyTo(slice);
        int count = connection.Receive(slice[tail..], 0);
        if (count > 0)
        {
            connection.Input.Release();
            connection.FillsSlices = tail + count >= SliceBytes;
            _received.Add((connection, _filled, tail + count));
            _filled += tail + count;
        }
        return count;
    }

    /// <summary>
    /// Receives behind a large tail, which becomes four times as long at most: memory follows what came, not what was
    /// announced, and what came is seldom copied.
    /// </summary>
    private int ReceiveIntoTail(EpollConnection connection, int tail)
    {
        int room = Math.Clamp(connection.Session.WantedBytes - tail, SliceBytes, BodySliceBytes);
        if (!connection.Input.TryReserve(Math.Min(room, Math.Max(3 * tail, SliceBytes))))
        {
            _loop.Close(connection, CloseReason.Memory);
            return -Libc.NoMemory;
        }
        Span<byte> into = connection.Input.Room.Span;
        int count = connection.Receive(into[..Math.Min(into.Length, room)], 0);
        if (count > 0)
        {
            connection.Input.Advance(count);
            AddStored(connection);
        }
        return count;
    }

    /// <summary>
    /// Asks for the memory of the first keys of all connections before the first runs. Pipelines are left out: they
    /// hint for themselves, a batch at a time.
    /// </summary>
    private void Hint()
    {
        if (_received.Count < 2)
        {
            return;
        }
        foreach ((EpollConnection connection, int start, int length) in _received)
        {
            connection.IsHinted = start >= 0 && length <= HintedBytes
                && connection.Session.HintIndex(_buffer.AsSpan(start, length));
        }
        foreach ((EpollConnection connection, _, _) in _received)
        {
            if (connection.IsHinted)
            {
                connection.Session.HintEntry();
            }
        }
    }

    private void Execute(EpollConnection connection, int start, int length)
    {
        bool isStored = start < 0;
        ReadOnlySpan<byte> input = isStored ? connection.Input.Bytes : _buffer.AsSpan(start, length);
        int before = _writer.Length;
        int consumed;
        try
        {
            consumed = connection.Session.Consume(input, _writer, _loop.NowMs);
        }
        catch (Exception exception)
        {
            // The loop serves others: whatever a command broke, only its own connection pays for it.
            Log.SessionFailed(_host.Node.Logger, connection.Remote, exception);
            _writer.Truncate(before);
            _loop.Close(connection, CloseReason.Fault);
            return;
        }
        if (connection.Session.Closing == SessionClosing.AtOnce)
        {
            _writer.Truncate(before);
            _loop.Close(connection, CloseReason.Asked);
            return;
        }
        if (connection.Session.Closing == SessionClosing.AfterReplies)
        {
            connection.Close(afterPendingOutput: true);
        }
        _replies.Add((connection, before, _writer.Length - before));
        Keep(connection, input, consumed, isStored);
        if (_writer.Length >= FlushBytes)
        {
            SendReplies();
        }
    }

    /// <summary>Keeps what was not consumed, and notes whether it waits for more input or for its turn.</summary>
    private void Keep(EpollConnection connection, ReadOnlySpan<byte> input, int consumed, bool isStored)
    {
        if (isStored)
        {
            connection.Input.Consume(consumed);
        }
        else if (consumed < input.Length && !connection.Input.TryAppend(input[consumed..]))
        {
            _loop.Close(connection, CloseReason.Memory);
            return;
        }
        bool isLeft = connection.Input.Length > 0;
        connection.IsStalled = isLeft && connection.Session.IsStalled;
        if (isLeft && !connection.IsStalled)
        {
            connection.Times.CommandIncomplete(isNew: consumed > 0, _loop.MonotonicMs);
        }
        else
        {
            connection.Times.CommandComplete();
        }
    }

    private void SendReplies()
    {
        ReadOnlySpan<byte> written = _writer.Written;
        foreach ((EpollConnection connection, int start, int length) in _replies)
        {
            if (connection.Phase == EpollPhase.Closed)
            {
                continue;
            }
            CloseReason reason = length > 0 ? connection.Send(written.Slice(start, length)) : CloseReason.None;
            if (reason != CloseReason.None)
            {
                _loop.Close(connection, reason);
                continue;
            }
            _loop.Settle(connection);
        }
        _repliedBytes += written.Length;
        _replies.Clear();
        _writer.Clear();
        if (_writer.Capacity > KeptWriterBytes)
        {
            _writer = new RespWriter();
        }
    }
}
