namespace Henge.Commands;

/// <summary>Calls, time and failures of one command; written by every loop, so each add is atomic.</summary>
internal sealed class CommandCounters
{
    /// <summary>Calls.</summary>
    public long Calls;

    /// <summary>Time in them, in microseconds, sampled as the session says.</summary>
    public long Microseconds;

    /// <summary>Calls refused before they ran (arity, permission, memory).</summary>
    public long Rejected;

    /// <summary>Calls that ran and answered an error.</summary>
    public long Failed;
}
