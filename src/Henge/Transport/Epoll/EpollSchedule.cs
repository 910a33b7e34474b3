namespace Henge.Transport.Epoll;

/// <summary>
/// Connections whose next commands are here already and run in a later turn: because their replies filled what a turn
/// may write, or because a CLIENT PAUSE holds them. Each stands in it at most once.
/// </summary>
internal sealed class EpollSchedule
{
    /// <summary>Time after which what a pause holds is tried again; a pause can end early.</summary>
    private const int RetryMs = 50;

    private readonly List<EpollConnection> _held = [];
    private List<EpollConnection> _runnable = [];
    private List<EpollConnection> _running = [];
    private long _retryMs;

    /// <summary>Adds a connection that has commands to run.</summary>
    public void Add(EpollConnection connection)
    {
        if (!connection.IsScheduled)
        {
            connection.IsScheduled = true;
            (connection.Session.IsPaused ? _held : _runnable).Add(connection);
        }
    }

    /// <summary>
    /// Milliseconds until something is due; 0 for now, and <see cref="long.MaxValue"/> when nothing waits.
    /// </summary>
    public long DueIn(long nowMs)
    {
        if (_runnable.Count > 0)
        {
            return 0;
        }
        return _held.Count > 0 ? Math.Max(0, _retryMs - nowMs) : long.MaxValue;
    }

    /// <summary>Puts what is due into the batch; false when nothing is.</summary>
    public bool MoveDue(EpollBatch batch, long nowMs)
    {
        if (_held.Count > 0 && nowMs >= _retryMs)
        {
            _retryMs = nowMs + RetryMs;
            _runnable.AddRange(_held);
            _held.Clear();
        }
        if (_runnable.Count == 0)
        {
            return false;
        }
        (_running, _runnable) = (_runnable, _running);
        foreach (EpollConnection connection in _running)
        {
            connection.IsScheduled = false;
            if (connection.Phase != EpollPhase.Closed)
            {
                batch.AddStored(connection);
            }
        }
        _running.Clear();
        return true;
    }
}
