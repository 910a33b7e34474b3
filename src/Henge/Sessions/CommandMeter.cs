using System.Diagnostics;

using Henge.Commands;
using Henge.Diagnostics.Figures;

namespace Henge.Sessions;

/// <summary>
/// Counts and times commands at a cost that a pipeline does not feel. The clock is read where one command ends and
/// another begins, and not between neighbours that are the same quick command (a pipeline of GETs): such a run shares
/// one interval and one addition to the counters. A command that is not quick, or has long words or a long reply, is an
/// interval of its own, so SLOWLOG names the right one; a threshold below <see cref="ExactBelowMicroseconds"/> makes
/// every command one.
/// </summary>
internal struct CommandMeter
{
    /// <summary>
    /// A run of quick commands takes far less than this, so with a higher threshold none of them can hide a slow one.
    /// </summary>
    private const long ExactBelowMicroseconds = 1000;

    /// <summary>Bytes of words or reply from which on a command is no longer taken for quick.</summary>
    private const int LongBytes = 16 * 1024;

    private readonly HengeNode _node;
    private readonly LaneFigures? _figures;
    private readonly bool _exact;
    private Command? _command;
    private long _since;
    private int _calls;
    private int _failed;

    /// <summary>Starts the clock.</summary>
    /// <param name="node">Where commands run.</param>
    /// <param name="figures">Where their times are counted; null for nowhere. For the lane's thread.</param>
    public CommandMeter(HengeNode node, LaneFigures? figures)
    {
        _node = node;
        _figures = figures;
        _exact = node.Options.SlowLogMicroseconds is >= 0 and < ExactBelowMicroseconds;
        _since = Stopwatch.GetTimestamp();
    }

    /// <summary>A command is about to run.</summary>
    public void Begin(Command command)
    {
        if (!ReferenceEquals(command, _command))
        {
            Close();
            _command = command;
        }
        _calls++;
    }

    /// <summary>The command has run.</summary>
    /// <returns>Its time in microseconds when it was measured by itself and is slow enough for SLOWLOG; else
    /// -1.</returns>
    public long End(bool failed, long bytes)
    {
        if (failed)
        {
            _failed++;
        }
        if (!_exact && bytes < LongBytes && (_command!.Flags & (CommandFlags.Fast | CommandFlags.DenyOom)) != 0)
        {
            return -1;
        }
        long microseconds = Close() / 1000;
        long threshold = _node.Options.SlowLogMicroseconds;
        return threshold >= 0 && microseconds >= threshold ? microseconds : -1;
    }

    /// <summary>Ends the run that is open, and adds it to the command's counters.</summary>
    /// <returns>The nanoseconds that it took.</returns>
    public long Close()
    {
        if (_command is null)
        {
            return 0;
        }
        long now = Stopwatch.GetTimestamp();
        long nanoseconds = (long)((now - _since) * (1e9 / Stopwatch.Frequency));
        CommandCounters counters = _command.Counters;
        Interlocked.Add(ref counters.Calls, _calls);
        Interlocked.Add(ref counters.Nanoseconds, nanoseconds);
        if (_failed != 0)
        {
            Interlocked.Add(ref counters.Failed, _failed);
        }
        _figures?.CountCommands(_command.GroupIndex, nanoseconds, _calls);
        _command = null;
        _since = now;
        _calls = 0;
        _failed = 0;
        return nanoseconds;
    }
}
