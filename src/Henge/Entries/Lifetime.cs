namespace Henge.Entries;

/// <summary>How long an entry is to live, as it was asked for. Zero where a part was not given.</summary>
/// <param name="TtlMs">From the write on, by the clock of the node that carries it out.</param>
/// <param name="IdleMs">From the last use on, within the other two.</param>
/// <param name="ExpiresAtMs">Until this moment, in unix milliseconds; not beside a TTL.</param>
internal readonly record struct Lifetime(long TtlMs, long IdleMs, long ExpiresAtMs)
{
    /// <summary>Longest of any part; a hundred years, and so as good as for ever.</summary>
    public const long LongestMs = 36_500L * 24 * 3600 * 1000;

    /// <summary>The end that no use moves: unix milliseconds, 0 for none.</summary>
    public long Deadline(long nowMs) => TtlMs != 0 ? nowMs + TtlMs : ExpiresAtMs;

    /// <summary>The expiry of an entry that is written now: unix milliseconds, 0 for none.</summary>
    public long Expiry(long nowMs) => Sliding(IdleMs, Deadline(nowMs), nowMs);

    /// <summary>The expiry after a use now, of an entry with this idle time and deadline (each 0 for none).</summary>
    public static long Sliding(long idleMs, long deadlineMs, long nowMs)
    {
        if (idleMs == 0)
        {
            return deadlineMs;
        }
        return deadlineMs == 0 ? nowMs + idleMs : Math.Min(nowMs + idleMs, deadlineMs);
    }
}
