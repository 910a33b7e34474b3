namespace Henge.Commands;

/// <summary>Calls, time and failures of one command; written by every loop, so each add is atomic.</summary>
internal sealed class CommandCounters
{
    /// <summary>Calls.</summary>
    public long Calls;

    /// <summary>
    /// Time in them, in nanoseconds; neighbours in a pipeline share the clock reads at their borders.
    /// </summary>
    public long Nanoseconds;

    /// <summary>Calls refused before they ran (arity, permission, memory).</summary>
    public long Rejected;

    /// <summary>Calls that ran and answered an error.</summary>
    public long Failed;

    /// <summary>Time in them, in microseconds.</summary>
    public long Microseconds => Interlocked.Read(ref Nanoseconds) / 1000;

    /// <summary>Zeroes all (CONFIG RESETSTAT).</summary>
    public void Reset()
    {
        Interlocked.Exchange(ref Calls, 0);
        Interlocked.Exchange(ref Nanoseconds, 0);
        Interlocked.Exchange(ref Rejected, 0);
        Interlocked.Exchange(ref Failed, 0);
    }
}
