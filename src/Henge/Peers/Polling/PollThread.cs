using System.Collections.Concurrent;

using Henge.Transport.Connections;

using Microsoft.Extensions.Logging;

namespace Henge.Peers.Polling;

/// <summary>
/// A thread that waits for sockets and for what others post, and never for anything else: nothing on the thread pool
/// can keep it from its turn.
/// </summary>
internal sealed class PollThread
{
    private readonly string _name;
    private readonly IPollWork _work;
    private readonly ILogger _logger;
    private readonly RareLog _failures = new();
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stops;

    /// <summary>Creates it; nothing runs yet.</summary>
    /// <param name="name">Of the thread.</param>
    /// <param name="work">What it does.</param>
    /// <param name="isPortable">Whether to do without what only some systems have.</param>
    /// <param name="logger">Where failures are logged.</param>
    public PollThread(string name, IPollWork work, bool isPortable, ILogger logger)
    {
        _name = name;
        _work = work;
        _logger = logger;
        Sockets = OperatingSystem.IsLinux() && !isPortable ? new EpollPoll() : new SelectPoll();
    }

    /// <summary>What it waits for. For its own thread, and before the start.</summary>
    public ISocketPoll Sockets { get; }

    /// <summary>Starts it.</summary>
    public void Start() => new Thread(Run, 1 << 20) { IsBackground = true, Name = _name }.Start();

    /// <summary>Has the thread do something, soon. Safe from any thread; dropped once it has ended.</summary>
    public void Post(Action work)
    {
        _posted.Enqueue(work);
        Sockets.Wake();
    }

    /// <summary>Has it take a turn. Safe from any thread.</summary>
    public void Wake() => Sockets.Wake();

    /// <summary>Runs what was posted until now.</summary>
    public void RunPosted()
    {
        for (int left = _posted.Count; left > 0 && _posted.TryDequeue(out Action? work); left--)
        {
            work();
        }
    }

    /// <summary>Ends the thread after its turn; the task ends with it.</summary>
    public Task StopAsync()
    {
        _stops = true;
        Sockets.Wake();
        return _ended.Task;
    }

    private void Run()
    {
        while (!_stops)
        {
            try
            {
                Sockets.AnnounceSleep();
                int sleepMs = _posted.IsEmpty && !_stops ? _work.SleepMs() : 0;
                _work.Turn(Sockets.Wait(sleepMs));
            }
            catch (Exception exception)
            {
                if (_failures.IsDue(Environment.TickCount64, out long others))
                {
                    Log.PollThreadFailed(_logger, _name, others, exception);
                }
            }
        }
        _work.End();
        Sockets.Dispose();
        _ended.SetResult();
    }
}
