using Henge.Storage.Figures;

namespace Henge.Diagnostics.Figures;

/// <summary>
/// What the thread of a lane counts for metrics: plain fields that it alone writes, so that counting takes no lock and
/// no memory, and shares no cache line with another loop. Any thread may read. There is none where metrics are off.
/// </summary>
internal sealed class LaneFigures
{
    private readonly LogHistogram[] _commands = [.. CommandGroups.Names.Select(static _ => new LogHistogram())];
    private readonly TimeProvider _time;
    private long _began;
    private long _turns;
    private long _events;
    private long _busy;

    /// <summary>Creates them at zero.</summary>
    public LaneFigures(TimeProvider time) => _time = time;

    /// <summary>Turns that a loop has made; 0 where the lane is no loop's.</summary>
    public long Turns => Volatile.Read(ref _turns);

    /// <summary>Sockets that were ready in those turns.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>Seconds that the loop did not sleep.</summary>
    public double BusySeconds => Volatile.Read(ref _busy) / (double)_time.TimestampFrequency;

    /// <summary>Nanoseconds that commands of a group took.</summary>
    public LogHistogram Commands(int group) => _commands[group];

    /// <summary>Counts commands that took equally long.</summary>
    /// <param name="group">Their group.</param>
    /// <param name="nanoseconds">What they took together.</param>
    /// <param name="calls">How many they were.</param>
    public void CountCommands(int group, long nanoseconds, int calls) =>
        _commands[group].Add(calls > 1 ? nanoseconds / calls : nanoseconds, calls);

    /// <summary>The loop has woken up.</summary>
    /// <param name="events">Sockets that are ready.</param>
    public void BeginTurn(int events)
    {
        _began = _time.GetTimestamp();
        _turns++;
        _events += events;
    }

    /// <summary>The loop goes to sleep.</summary>
    public void EndTurn()
    {
        if (_began != 0)
        {
            _busy += _time.GetTimestamp() - _began;
        }
    }
}
