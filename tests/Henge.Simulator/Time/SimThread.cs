namespace Henge.Simulator.Time;

/// <summary>
/// One thread of a node: does one thing after another, never one inside another. A paused process does nothing until it
/// goes on, and a slow one takes its time for each, while what is to be done waits in order.
/// </summary>
internal sealed class SimThread(SimTime time)
{
    private readonly Queue<Action> _waiting = new();
    private bool _isArmed;
    private bool _isRunning;
    private long _freeAtUs;

    /// <summary>What each thing takes; 0 for a healthy node.</summary>
    public long CostUs { get; set; }

    /// <summary>Whether it is gone for good: nothing more is done.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Does something as soon as it is free; at once where nothing is before it.</summary>
    public void Post(Action action)
    {
        if (IsDead)
        {
            return;
        }
        if (!_isRunning && _waiting.Count == 0 && time.NowUs >= _freeAtUs)
        {
            Run(action);
            return;
        }
        _waiting.Enqueue(action);
        Arm();
    }

    /// <summary>Does something after a while, in turn with everything else then.</summary>
    public void PostAfter(long us, Action action) => time.After(us, () => Post(action));

    /// <summary>Stops for a while (SIGSTOP): nothing is done until then.</summary>
    public void PauseUntil(long us)
    {
        _freeAtUs = Math.Max(_freeAtUs, us);
        Arm();
    }

    /// <summary>Ends it; what waits is forgotten.</summary>
    public void Kill()
    {
        IsDead = true;
        _waiting.Clear();
    }

    private void Run(Action action)
    {
        _isRunning = true;
        action();
        _isRunning = false;
        _freeAtUs = Math.Max(_freeAtUs, time.NowUs + CostUs);
        Arm();
    }

    private void Arm()
    {
        if (!_isArmed && _waiting.Count > 0)
        {
            _isArmed = true;
            time.At(_freeAtUs, Drain);
        }
    }

    private void Drain()
    {
        _isArmed = false;
        if (IsDead || time.NowUs < _freeAtUs)
        {
            Arm();
            return;
        }
        if (_waiting.TryDequeue(out Action? action))
        {
            Run(action);
        }
    }
}
