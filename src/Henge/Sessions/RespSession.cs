using System.Net;

using Henge.Commands;
using Henge.Protocol;
using Henge.Protocol.Requests;
using Henge.PubSub;
using Henge.Routing.Operations;
using Henge.Security;
using Henge.Sessions.Pending;
using Henge.Storage;
using Henge.Transport;

namespace Henge.Sessions;

/// <summary>
/// One client's conversation: bytes in, commands, bytes out. It does no I/O: a transport gives it what was received and
/// sends what it replied. Its members belong to the connection's thread; what CLIENT LIST reads from others may lag.
/// </summary>
internal sealed class RespSession : IDisposable
{
    private readonly BatchReader _reader;
    private ReplyQueue? _replies;
    private long _chargedBytes;
    private KeyHash _hinted;
    private bool _isRunning;
    private bool _isAnnounced;

    /// <summary>Creates the session of one connection.</summary>
    public RespSession(HengeNode node, IClientConnection connection, long id)
    {
        Node = node;
        Connection = connection;
        Id = id;
        CreatedAtMs = node.NowMs;
        LastInteractionMs = CreatedAtMs;
        Transaction = new Transaction(node.Store);
        Client.User = node.Authenticator.Initial;
        bool isLocal = connection.RemoteEndPoint is not IPEndPoint remote || IPAddress.IsLoopback(remote.Address);
        _reader = new BatchReader(this, isLocal);
    }

    /// <summary>
    /// The session that commands of other nodes run in, one for each lane. It holds nothing that must be given back.
    /// </summary>
    public static RespSession OfPeers(HengeNode node)
    {
        var session = new RespSession(node, new PeerConnection(), id: 0);
        session.Client.User = User.Peers;
        return session;
    }

    /// <summary>The node it talks to.</summary>
    public HengeNode Node { get; }

    /// <summary>The connection that carries it.</summary>
    public IClientConnection Connection { get; }

    /// <summary>CLIENT ID.</summary>
    public long Id { get; }

    /// <summary>What the client said about itself and asked for.</summary>
    public ClientState Client { get; } = new();

    /// <summary>
    /// The dialect, as HELLO set it. Whoever sets it also sets the Version of the writer it replies with.
    /// </summary>
    public RespVersion Version { get; set; } = RespVersion.Resp2;

    /// <summary>What MULTI has queued.</summary>
    public Transaction Transaction { get; }

    /// <summary>When it was created, in unix milliseconds.</summary>
    public long CreatedAtMs { get; }

    /// <summary>When bytes last arrived, in unix milliseconds.</summary>
    public long LastInteractionMs { get; private set; }

    /// <summary>The command that ran last; null before the first.</summary>
    public Command? LastCommand { get; set; }

    /// <summary>A login that its last command began and that is still to be started.</summary>
    public PendingLogin? Login { get; set; }

    /// <summary>Its subscriptions; null until it has had one.</summary>
    public Subscriber? Subscriber { get; set; }

    /// <summary>The keys that WATCH named; null until it has watched one.</summary>
    public WatchList? Watched { get; set; }

    /// <summary>
    /// Whether only commands about subscriptions may run: under RESP2 replies and messages cannot be told apart.
    /// </summary>
    public bool IsRestrictedToPubSub => Version == RespVersion.Resp2 && Subscriber is { Count: > 0 };

    /// <summary>
    /// Whether the connection is to close, and how. The transport looks after each <see cref="Consume"/>.
    /// </summary>
    public SessionClosing Closing { get; private set; }

    /// <summary>
    /// Whether the last <see cref="Consume"/> stopped because more output waits than
    /// <see cref="ClientLimits.OutputPauseBytes"/>: call it again, with what it left, once the client has read.
    /// </summary>
    public bool IsOutputBlocked { get; set; }

    /// <summary>
    /// Whether the last <see cref="Consume"/> stopped at a command that must wait (CLIENT PAUSE). Call it again from
    /// time to time, a few times a second: a pause can end early.
    /// </summary>
    public bool IsPaused { get; set; }

    /// <summary>
    /// Whether the last <see cref="Consume"/> stopped because replies must come first. Its connection is told when they
    /// are there (<see cref="IClientConnection.RepliesReady"/>).
    /// </summary>
    public bool IsWaiting => StopsForReplies && _replies is { IsFull: true };

    /// <summary>
    /// Whether the last <see cref="Consume"/> found too many replies, or the wrong one, still to come.
    /// </summary>
    public bool StopsForReplies { get; set; }

    /// <summary>Whether the last <see cref="Consume"/> left commands that are whole.</summary>
    public bool IsStalled => IsOutputBlocked || IsPaused || StopsForReplies;

    /// <summary>The replies that cannot be sent yet.</summary>
    public ReplyQueue Replies => _replies ??= new ReplyQueue(this);

    /// <summary>Whether there are replies that cannot be sent yet: then every other one goes behind them.</summary>
    public bool HasPendingReplies => _replies is { IsEmpty: false };

    /// <summary>
    /// Whether messages must wait: the confirmation of their subscription stands behind a pending reply.
    /// </summary>
    public bool HoldsPushes => _replies is { HoldsPushes: true };

    /// <summary>
    /// Bytes that the next <see cref="Consume"/> should be given at least (what it left included) to get on; 0 when no
    /// command is incomplete. A hint for the size of a receive buffer; fewer do no harm.
    /// </summary>
    public int WantedBytes => _reader.WantedBytes;

    /// <summary>Bytes that the last <see cref="Consume"/> left (CLIENT LIST qbuf).</summary>
    public int UnconsumedBytes { get; private set; }

    /// <summary>When the incomplete command began to arrive, in unix milliseconds; 0 when none is incomplete.</summary>
    public long IncompleteSinceMs { get; private set; }

    /// <summary>Asks for the connection to close after this command.</summary>
    public void Close(SessionClosing closing)
    {
        if (closing > Closing)
        {
            Closing = closing;
        }
    }

    /// <summary>Closes without a reply, and logs it: what came is a request of another protocol.</summary>
    public void CloseAsForeign()
    {
        Close(SessionClosing.AtOnce);
        if (Node.ForeignRequests.MayLog(LastInteractionMs))
        {
            Log.ForeignRequest(Node.Logger, Connection.RemoteEndPoint);
        }
    }

    /// <summary>
    /// Hints that the index line of the first key in what was received is wanted soon. A transport with many sessions
    /// to run calls it for all of them, then <see cref="HintEntry"/> for all, then runs them: so commands that come one
    /// at a time overlap their cache misses as those of a pipeline do.
    /// </summary>
    /// <returns>Whether there was a key to hint at.</returns>
    public bool HintIndex(ReadOnlySpan<byte> input)
    {
        if (!KeyGlance.TryFind(input, out ByteRange key))
        {
            return false;
        }
        _hinted = Node.Store.Hash(input.Slice(key.Start, key.Length));
        Node.Store.PrefetchIndex(_hinted);
        return true;
    }

    /// <summary>Hints that the entry of the key of the last <see cref="HintIndex"/> is wanted soon.</summary>
    public void HintEntry() => Node.Store.PrefetchEntry(_hinted);

    /// <summary>
    /// Carries out the whole commands at the start of <paramref name="input"/> and writes their replies, in order.
    /// Stops early when <see cref="Closing"/>, <see cref="IsOutputBlocked"/> or <see cref="IsPaused"/> says so.
    /// </summary>
    /// <param name="input">What was received: first what the last call left, then what is new.</param>
    /// <param name="reply">Gets the replies behind what it holds already.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <returns>How many bytes are done with; the rest must be given again.</returns>
    public int Consume(ReadOnlySpan<byte> input, RespWriter reply, long nowMs)
    {
        LastInteractionMs = nowMs;
        IsOutputBlocked = false;
        IsPaused = false;
        StopsForReplies = false;
        reply.Version = Version;
        reply.Limit(LargestOutput());
        int pauseAt = PauseLength(reply);
        int position = 0;
        _isRunning = true;
        TakeReplies(reply);
        bool more = Closing == SessionClosing.No;
        while (more)
        {
            more = Step(input, ref position, reply, nowMs, pauseAt);
        }
        _isRunning = false;
        if (Closing != SessionClosing.No)
        {
            position = input.Length;
        }
        Settle(input.Length - position, position != 0, nowMs);
        return position;
    }

    /// <summary>Moves the replies that are there by now into a writer, up to the first that is not.</summary>
    public void TakeReplies(RespWriter reply)
    {
        _isAnnounced = false;
        _replies?.MoveReadyTo(reply);
    }

    /// <summary>A reply that was pending is there; told by the queue.</summary>
    public void ReplyCompleted()
    {
        if (_replies!.Bytes > LargestOutput())
        {
            Interlocked.Increment(ref Node.Counters.OutputLimitCloses);
            Close(SessionClosing.AtOnce);
            Connection.Close(afterPendingOutput: false);
        }
        else if (!_isRunning && !_isAnnounced && (_replies.IsHeadReady || (StopsForReplies && !_replies.IsFull)))
        {
            _isAnnounced = true;
            Connection.RepliesReady();
        }
    }

    /// <summary>
    /// Gives back what the session holds of the node. The transport calls it once the connection is gone.
    /// </summary>
    public void Dispose()
    {
        Close(SessionClosing.AtOnce);
        Transaction.End();
        Watched?.Clear();
        _replies?.Abandon();
        if (Subscriber is { } subscriber)
        {
            Node.PubSub.Leave(subscriber);
        }
        Node.Store.Charge(-_chargedBytes);
        _chargedBytes = 0;
    }

    /// <summary>Parses a batch and carries it out; false when there is nothing more to do for now.</summary>
    private bool Step(ReadOnlySpan<byte> input, ref int position, RespWriter reply, long nowMs, int pauseAt)
    {
        CommandBatch batch = CommandBatch.OfThisThread;
        batch.Clear();
        int next = position;
        RequestStatus status = _reader.Read(batch, input, ref next);
        if (batch.Count != 0)
        {
            _reader.Prefetch(batch);
            ReadOnlySpan<byte> source = status == RequestStatus.Inline ? _reader.InlineBytes : input;
            int done = CommandDispatch.Run(this, batch, source, reply, nowMs, pauseAt);
            if (done < batch.Count && !reply.IsOverLimit)
            {
                // What was parsed but not carried out is parsed again, as is an incomplete command behind it.
                position = batch[done].Start;
                _reader.Restart();
                return false;
            }
            if (reply.IsOverLimit)
            {
                Interlocked.Increment(ref Node.Counters.OutputLimitCloses);
                Close(SessionClosing.AtOnce);
            }
        }
        position = next;
        if (Closing != SessionClosing.No)
        {
            return false;
        }
        if (status == RequestStatus.Invalid)
        {
            if (_reader.IsTooLarge)
            {
                Interlocked.Increment(ref Node.Counters.InputLimitCloses);
            }
            var local = new LocalReplies(this, reply, lane: null);
            reply.Error(_reader.Error);
            local.Close();
            Close(SessionClosing.AfterReplies);
        }
        return status is RequestStatus.Complete or RequestStatus.Inline && !IsStalled;
    }

    /// <summary>
    /// Bytes that one call may reply before the connection is closed. Handlers answer an error before a single reply
    /// gets there; the bound is for many in one, as of EXEC.
    /// </summary>
    private long LargestOutput()
    {
        ClientLimits limits = Node.Options.Limits;
        return Math.Max(limits.OutputHardBytes, Node.Options.MaxValue) + 2L * limits.OutputPauseBytes;
    }

    private int PauseLength(RespWriter reply)
    {
        ClientLimits limits = Node.Options.Limits;
        long most = Client.IsAuthenticated
            ? limits.OutputPauseBytes
            : Math.Min(limits.OutputPauseBytes, limits.OutputUnauthenticatedBytes);
        long waiting = Connection.PendingOutputBytes + (_replies?.Bytes ?? 0);
        return (int)Math.Min(int.MaxValue, reply.Length + Math.Max(0, most - waiting));
    }

    private void Settle(int left, bool moved, long nowMs)
    {
        UnconsumedBytes = left;
        if (left == 0 || IsStalled)
        {
            IncompleteSinceMs = 0;
        }
        else if (moved || IncompleteSinceMs == 0)
        {
            IncompleteSinceMs = nowMs;
        }
        long held = _reader.HeldBytes;
        if (held != _chargedBytes)
        {
            Node.Store.Charge(held - _chargedBytes);
            _chargedBytes = held;
        }
    }
}
