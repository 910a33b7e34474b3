using Henge.Protocol;
using Henge.Sessions;
using Henge.Transport.Buffers;

namespace Henge.Transport.Sockets;

/// <summary>
/// What one connection has to send: replies from its reader, pushes from anyone. Whoever finds that nobody sends
/// becomes the sender until all is sent, so there is one writer at a time and no task per connection that only waits.
/// </summary>
internal sealed class ConnectionOutput : IDisposable
{
    /// <summary>Most bytes written at once, so that a slow reader's progress shows.</summary>
    private const int WriteBytes = 256 << 10;

    private readonly System.Threading.Lock _lock = new();
    private readonly PushQueue _pushes = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private ByteQueue _filling;
    private ByteQueue _sending;
    private bool _isReplying;
    private bool _holdsPushes;
    private bool _isSending;
    private bool _isReleased;
    private long _sentBytes;

    /// <summary>Creates an empty output.</summary>
    public ConnectionOutput(BufferBudget budget)
    {
        _filling = new ByteQueue(budget);
        _sending = new ByteQueue(budget);
    }

    /// <summary>Bytes not yet written to the stream.</summary>
    public long PendingBytes => _filling.Length + (long)_sending.Length + _pushes.Bytes;

    /// <summary>Bytes written since the connection was made.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>Adds a push; it goes behind the replies of a session that runs now.</summary>
    public void Push(ReadOnlyMemory<byte> bytes) => _pushes.Add(bytes);

    /// <summary>
    /// Moves what was pushed into the replies of the session that runs now, on whose thread this is called.
    /// </summary>
    public void TakePushed(RespWriter reply) => _pushes.MoveTo(reply);

    /// <summary>The session runs: what is pushed from now on waits for its replies.</summary>
    public void BeginReplies()
    {
        lock (_lock)
        {
            _isReplying = true;
        }
    }

    /// <summary>The session has run; false when there is no memory for its replies.</summary>
    public bool EndReplies(RespSession session, ReadOnlySpan<byte> replies)
    {
        lock (_lock)
        {
            _isReplying = false;
            _holdsPushes = session.HoldsPushes;
            return session.Closing == SessionClosing.AtOnce || _filling.TryAppend(replies);
        }
    }

    /// <summary>
    /// Adds replies that the session waited for and that are there now; false when there is no memory for them.
    /// </summary>
    public bool TryAddReplies(RespSession session)
    {
        var replies = new RespWriter();
        session.TakeReplies(replies);
        bool isKept = EndReplies(session, replies.Written);
        Interlocked.Add(ref session.Node.Counters.OutputBytes, replies.Length);
        Signal();
        return isKept;
    }

    /// <summary>
    /// Sends what there is, unless someone does already. Returns when all is sent or the stream takes no more for now,
    /// and then it goes on by itself.
    /// </summary>
    /// <param name="stream">Where to.</param>
    /// <param name="failed">Told why, when it could not be sent. Called once at most, and then nothing is sent any
    /// more.</param>
    public void Flush(Stream stream, Action<Exception?> failed)
    {
        lock (_lock)
        {
            if (_isSending || _isReleased)
            {
                return;
            }
            _isSending = true;
        }
        // Not awaited: it is the sender that Dispose hands the buffers to, and it reports every failure.
        _ = SendAsync(stream, failed);
    }

    /// <summary>Ends when something was sent or the output released, since the last call.</summary>
    public Task ChangedAsync(CancellationToken cancellationToken) => _changed.WaitAsync(cancellationToken);

    /// <summary>
    /// Gives all memory back: at once, or when a sender that still runs has ended (the stream is closed then).
    /// </summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isReleased = true;
            if (!_isSending)
            {
                ReleaseBuffers();
            }
        }
    }

    private async Task SendAsync(Stream stream, Action<Exception?> failed)
    {
        try
        {
            while (TryTake())
            {
                while (_sending.Length > 0)
                {
                    int count = Math.Min(_sending.Length, WriteBytes);
                    await stream.WriteAsync(_sending.Memory[..count], CancellationToken.None).ConfigureAwait(false);
                    Interlocked.Add(ref _sentBytes, count);
                    _sending.Consume(count);
                    Signal();
                }
            }
        }
        catch (Exception exception)
        {
            // Whatever it was, this connection cannot send any more; its owner sorts out what deserves a log line.
            failed(exception);
            EndSending();
        }
    }

    /// <summary>
    /// Takes all there is into the sender's hands; false, and no longer the sender, when there is nothing.
    /// </summary>
    private bool TryTake()
    {
        lock (_lock)
        {
            if (!_isReleased && (_isReplying || _holdsPushes || _pushes.TryMoveTo(_filling)) && _filling.Length > 0)
            {
                (_filling, _sending) = (_sending, _filling);
                return true;
            }
            EndSending();
            return false;
        }
    }

    private void EndSending()
    {
        lock (_lock)
        {
            _isSending = false;
            if (_isReleased)
            {
                ReleaseBuffers();
            }
        }
        Signal();
    }

    private void ReleaseBuffers()
    {
        _filling.Release();
        _sending.Release();
        _pushes.Clear();
        Signal();
    }

    /// <summary>Ends <see cref="ChangedAsync"/>.</summary>
    public void Signal()
    {
        lock (_lock)
        {
            if (_changed.CurrentCount == 0)
            {
                _changed.Release();
            }
        }
    }
}
