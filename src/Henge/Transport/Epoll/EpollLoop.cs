using System.Collections.Concurrent;
using System.Net.Sockets;

using Henge.Cluster;
using Henge.Peers;
using Henge.Peers.Lanes;
using Henge.Transport.Connections;
using Henge.Transport.Epoll.Inputs;

namespace Henge.Transport.Epoll;

/// <summary>
/// One I/O thread. A connection that it was given stays on it, so nothing here needs a lock. A turn: wait, receive from
/// all that are ready, run their commands, send the replies (<see cref="EpollBatch"/>), look into the mailbox, go on
/// with what was left over, and about once a second check timeouts. Others reach it through <see cref="Post"/> alone.
/// </summary>
internal sealed class EpollLoop : IDisposable
{
    /// <summary>Events taken from the kernel at a time.</summary>
    private const int EventsPerTurn = 512;

    /// <summary>Longest sleep while the node stops: what is left then waits for slow readers.</summary>
    private const int StopRetryMs = 20;

    private readonly ConnectionHost _host;
    private readonly int _index;
    private readonly EpollQueue _queue = new(EventsPerTurn);
    private readonly EpollBatch _batch;
    private readonly EpollListener? _listener;
    private readonly ConcurrentQueue<EpollConnection> _mailbox = new();
    private readonly ConnectionTable _table = new();
    private readonly EpollSchedule _schedule = new();
    private readonly EpollDetection _detection;
    private readonly LoopLane? _lane;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly UnreadInput _unread = new();
    private long _checkMs;
    private EpollStopping? _stopping;
    private volatile bool _stops;
    private volatile bool _cuts;
    private bool _isDone;

    /// <summary>Creates a loop; <paramref name="listener"/> is for the one that accepts.</summary>
    public EpollLoop(ConnectionHost host, int index, EpollListener? listener)
    {
        _host = host;
        _index = index;
        _listener = listener;
        _batch = new EpollBatch(this, host);
        _detection = new EpollDetection(this, host);
        _lane = host.Ring is { } ring ? new LoopLane(ring, index, _queue) : null;
    }

    /// <summary>Unix milliseconds, read once per turn.</summary>
    public long NowMs { get; private set; }

    /// <summary>Milliseconds of the clock that never jumps, read once per turn.</summary>
    public long MonotonicMs { get; private set; }

    /// <summary>Connections given to it and not yet closed; other threads choose by it.</summary>
    public int Connections => _table.Count;

    /// <summary>Its part in the ring; null when the node takes part in none.</summary>
    public RingLane? Lane => _lane;

    /// <summary>Ends when the loop has closed everything.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Starts the thread.</summary>
    public void Start() =>
        new Thread(Run, 1 << 20) { IsBackground = true, Name = $"henge loop {_index}" }.Start();

    /// <summary>Counts a connection that is about to be posted for the first time.</summary>
    public void Expect() => _table.Expect();

    /// <summary>Gives it a new connection, or one that wants something. Safe from any thread.</summary>
    public void Post(EpollConnection connection)
    {
        _mailbox.Enqueue(connection);
        _queue.Wake();
    }

    /// <summary>Answers what was received, then closes. Safe from any thread.</summary>
    public void Stop()
    {
        _stops = true;
        Wake();
    }

    /// <summary>Closes everything now. Safe from any thread.</summary>
    public void Cut()
    {
        _cuts = true;
        Stop();
    }

    /// <summary>Runs a connection before the loop sleeps again: replies that it waited for are there.</summary>
    public void RunSoon(EpollConnection connection) => _schedule.Add(connection);

    /// <summary>
    /// A connection's commands have run: what they ask of other nodes need not wait for the turn's end.
    /// </summary>
    public void SendEarly() => _lane?.SendEarly();

    /// <summary>Has it take a turn. Safe from any thread.</summary>
    public void Wake() => _queue.Wake();

    /// <summary>Closes the connection, whatever it still had; safe to call again.</summary>
    public void Close(EpollConnection connection, CloseReason reason)
    {
        if (connection.Phase == EpollPhase.Closed)
        {
            return;
        }
        _host.Report(reason, connection.Remote);
        connection.Shut(discardInput: reason is not CloseReason.Peer);
        _table.Remove(connection);
    }

    /// <summary>Gives a connection to who serves what it speaks: the HTTP server, the peers' door, TLS.</summary>
    public void HandOver(EpollConnection connection, Admission admission)
    {
        _queue.TryControl(Libc.Delete, connection.Descriptor, 0, 0);
        connection.Forget();
        _table.Remove(connection);
        _host.HandOver(admission, new Socket(new SafeSocketHandle(connection.Descriptor, ownsHandle: true)));
    }

    /// <summary>Goes on with a connection that turned out to speak RESP; false when it was closed instead.</summary>
    public bool Open(EpollConnection connection)
    {
        connection.Phase = EpollPhase.Open;
        connection.Times.CommandComplete();
        SetInterest(connection, Libc.In);
        return connection.Phase == EpollPhase.Open;
    }

    /// <summary>
    /// Decides how a connection goes on after it ran, sent or was asked for something: what it reads, whether it runs
    /// again, whether it is finished.
    /// </summary>
    public void Settle(EpollConnection connection)
    {
        bool isSent = connection.PendingOutputBytes == 0 && !connection.Session.HasPendingReplies;
        if (connection.ClosesAfterOutput)
        {
            if (isSent)
            {
                Close(connection, CloseReason.Asked);
                return;
            }
            connection.IsStalled = false;
        }
        bool isReading = connection.Output.Length <= _host.PauseAbove(connection.Session);
        if (connection.IsStalled && isReading && !connection.Session.IsWaiting)
        {
            _schedule.Add(connection);
        }
        else if (connection.Phase == EpollPhase.InputEnded && !connection.IsStalled && isSent)
        {
            Close(connection, CloseReason.Peer);
            return;
        }
        bool wantsInput = isReading && !connection.IsStalled && !connection.ClosesAfterOutput
            && connection.Phase is EpollPhase.Open;
        SetInterest(connection, (wantsInput ? Libc.In : 0) | (connection.Output.Length > 0 ? Libc.Out : 0));
        if (wantsInput && connection.HasInput)
        {
            // Decrypted by halves: the kernel has nothing more of it to report.
            _unread.Add(connection);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _queue.Dispose();

    private void Run()
    {
        ReadClocks();
        _listener?.Attach(_queue);
        _checkMs = MonotonicMs + _host.CheckIntervalMs;
        while (!_isDone)
        {
            try
            {
                Turn();
            }
            catch (Exception exception)
            {
                Log.LoopFailed(_host.Node.Logger, _index, exception);
            }
        }
        _lane?.End();
        _queue.Dispose();
        _stopped.SetResult();
    }

    private void Turn()
    {
        _lane?.Figures?.EndTurn();
        _queue.AnnounceSleep();
        int ready = _queue.Wait(TimeoutMs());
        _lane?.Figures?.BeginTurn(ready);
        ReadClocks();
        _lane?.BeginTurn(new Instant(NowMs, MonotonicMs));
        for (int i = 0; i < ready; i++)
        {
            uint events = _queue.Event(i, out long key);
            Dispatch(events, key);
        }
        _unread.Read(this);
        _batch.Run();
        ReadMailbox();
        if (_schedule.MoveDue(_batch, MonotonicMs))
        {
            _batch.Run();
        }
        if (MonotonicMs >= _checkMs)
        {
            CheckTimes();
        }
        if (_stops)
        {
            _stopping ??= new EpollStopping(this, _host, _table, _batch, MonotonicMs);
            _stopping.Turn(_cuts);
            _isDone = Connections == 0 && _mailbox.IsEmpty;
        }
        _lane?.EndTurn();
        _table.EndTurn();
        _listener?.Resume(_queue, MonotonicMs);
        _batch.Count();
    }

    private int TimeoutMs()
    {
        if (!_mailbox.IsEmpty || !_unread.IsEmpty || (_stops && _stopping is null))
        {
            return 0;
        }
        long until = Math.Min(_checkMs - MonotonicMs, _schedule.DueIn(MonotonicMs));
        if (_listener is { ResumeAtMs: > 0 } listener)
        {
            until = Math.Min(until, listener.ResumeAtMs - MonotonicMs);
        }
        until = Math.Min(until, _lane?.SleepMs ?? until);
        return (int)Math.Clamp(until, 0, _stops ? StopRetryMs : 1000);
    }

    private void ReadClocks() => (NowMs, MonotonicMs) = (_host.Node.NowMs, _host.MonotonicMs);

    private void Dispatch(uint events, long key)
    {
        if (key == EpollQueue.WakeKey)
        {
            _queue.ClearWake();
            return;
        }
        if (key < EpollQueue.WakeKey)
        {
            _listener!.Accept(key);
            return;
        }
        if (key >= LoopLane.FirstKey)
        {
            _lane!.Ready(events, key);
            return;
        }
        if (_table[key] is not { } connection)
        {
            return;
        }
        if ((events & Libc.Out) != 0)
        {
            Flush(connection);
            if (connection.Phase == EpollPhase.Closed)
            {
                return;
            }
        }
        if ((connection.Interest & Libc.In) != 0)
        {
            if ((events & (Libc.In | Libc.ReadHup | Libc.Hup | Libc.Err)) != 0)
            {
                Receive(connection, isLast: (events & Libc.ReadHup) != 0);
            }
        }
        else if ((events & (Libc.Hup | Libc.Err)) != 0)
        {
            Close(connection, CloseReason.Peer);
        }
    }

    /// <summary>Receives what a connection has to read.</summary>
    /// <param name="connection">What has something to read.</param>
    /// <param name="isLast">Whether first bytes that say too little will not become more.</param>
    public void Receive(EpollConnection connection, bool isLast)
    {
        if (connection.Phase == EpollPhase.Undecided && !_detection.Decide(connection, isLast))
        {
            return;
        }
        int count = _batch.Receive(connection);
        if (count > 0)
        {
            connection.Times.Received(MonotonicMs);
        }
        else if (count == 0 || (_stops && count == -Libc.Again))
        {
            connection.Phase = EpollPhase.InputEnded;
            Settle(connection);
        }
        else if (count != -Libc.Again)
        {
            Close(connection, CloseReason.Peer);
        }
    }

    private void Flush(EpollConnection connection)
    {
        if (!connection.TryFlush())
        {
            Close(connection, CloseReason.Peer);
            return;
        }
        Settle(connection);
    }

    private void ReadMailbox()
    {
        // What is posted meanwhile is for the next turn, or a chatty publisher would keep us here.
        for (int left = _mailbox.Count; left > 0 && _mailbox.TryDequeue(out EpollConnection? connection); left--)
        {
            connection.Unpost();
            if (connection.Phase == EpollPhase.New)
            {
                Register(connection);
            }
            if (connection.Phase == EpollPhase.Closed)
            {
                continue;
            }
            if (connection.CloseRequest != CloseReason.None)
            {
                Close(connection, connection.CloseRequest);
            }
            else
            {
                _batch.SendPushes(connection);
            }
        }
    }

    private void Register(EpollConnection connection)
    {
        _table.Add(connection);
        connection.Phase = connection.IsSecure ? EpollPhase.Open : EpollPhase.Undecided;
        connection.Interest = connection.IsSecure ? Libc.In : Libc.In | Libc.ReadHup | Libc.EdgeTriggered;
        // Edge-triggered while undecided: bytes that are only peeked at would be reported for ever.
        if (!_queue.TryControl(Libc.Add, connection.Descriptor, connection.Interest, connection.Slot))
        {
            Close(connection, CloseReason.Fault);
        }
        else if (connection.HasInput)
        {
            _unread.Add(connection);
        }
    }

    private void SetInterest(EpollConnection connection, uint interest)
    {
        if (connection.Phase == EpollPhase.Undecided || connection.Interest == interest)
        {
            return;
        }
        if (_queue.TryControl(Libc.Modify, connection.Descriptor, interest, connection.Slot))
        {
            connection.Interest = interest;
        }
        else
        {
            Close(connection, CloseReason.Fault);
        }
    }

    private void CheckTimes()
    {
        _checkMs = MonotonicMs + _host.CheckIntervalMs;
        foreach (EpollConnection connection in _table.All)
        {
            if (connection.CheckTimes(MonotonicMs) is not CloseReason.None and var reason)
            {
                Close(connection, reason);
            }
        }
    }
}
