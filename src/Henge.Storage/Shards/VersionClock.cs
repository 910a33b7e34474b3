namespace Henge.Storage.Shards;

/// <summary>
/// The hybrid logical clock of one shard (Kulkarni et al., OPODIS 2014): unix milliseconds, times 65,536, and a
/// counter. It never goes back. What others wrote moves it on, but no more than a minute ahead of the wall clock: one
/// node with a wrong clock must not take all others along. The counter of a fresh millisecond starts at a salt, so that
/// two sides of a partition seldom make equal versions. The shard's lock guards it, <see cref="Last"/> aside.
/// </summary>
internal struct VersionClock
{
    /// <summary>How far ahead of the wall clock others may move it, in milliseconds.</summary>
    public const long MostAheadMs = 60_000;

    private const int CounterBits = 16;
    private readonly ulong _salt;
    private readonly bool _ignoresOthers;
    private ulong _last;
    private ulong _highest;

    /// <summary>Creates a clock.</summary>
    /// <param name="salt">Where the counter of a fresh millisecond starts.</param>
    /// <param name="ignoresOthers">See <see cref="StoreOptions.VersionsIgnoreStored"/>.</param>
    public VersionClock(ulong salt, bool ignoresOthers)
    {
        _salt = salt;
        _ignoresOthers = ignoresOthers;
    }

    /// <summary>The latest version given or met. Any thread may ask.</summary>
    public readonly ulong Last => Volatile.Read(in _last);

    /// <summary>The highest version given or met, from however far ahead. Any thread may ask.</summary>
    public readonly ulong Highest => Math.Max(Last, Volatile.Read(in _highest));

    /// <summary>The first version of a millisecond.</summary>
    public static ulong At(long nowMs) => (ulong)nowMs << CounterBits;

    /// <summary>The millisecond in which a version was given.</summary>
    public static long MillisecondsOf(ulong version) => (long)(version >> CounterBits);

    /// <summary>The latest version that moves a clock.</summary>
    public static ulong Farthest(long nowMs) => At(nowMs + MostAheadMs);

    /// <summary>A version above all that the clock gave and met, and above <paramref name="stored"/>.</summary>
    public ulong Next(long nowMs, ulong stored)
    {
        ulong fresh = At(nowMs) | _salt;
        if (_ignoresOthers)
        {
            return _last = _last >> CounterBits == (ulong)nowMs ? _last + 1 : fresh;
        }
        ulong next = Math.Max(fresh, _last + 1);
        if (stored < next)
        {
            return _last = next;
        }
        // Nothing is above the last number there is; who writes it gets it back.
        next = Math.Max(stored, stored + 1);
        if (next <= Farthest(nowMs))
        {
            _last = next;
        }
        _highest = Math.Max(_highest, next);
        return next;
    }

    /// <summary>What <see cref="Next"/> would give now for a key that is not there.</summary>
    public readonly ulong Peek(long nowMs) => Math.Max(At(nowMs) | _salt, Last + 1);

    /// <summary>Moves the clock on to a version, unless that is beyond <paramref name="farthest"/>.</summary>
    public void Advance(ulong version, ulong farthest)
    {
        if (version > _last && !_ignoresOthers)
        {
            _last = version <= farthest ? version : _last;
            _highest = Math.Max(_highest, version);
        }
    }
}
