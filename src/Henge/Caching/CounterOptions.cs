namespace Henge.Caching;

/// <summary>
/// How <see cref="HengeCache.IncrementAsync"/> makes a counter that is not there yet; one that is there keeps what it
/// has. An object may be used for many calls, and must not be changed while one is under way.
/// </summary>
public sealed class CounterOptions
{
    /// <summary>What the counter is before the first change; default 0.</summary>
    public long Initial { get; set; }

    /// <summary>
    /// How long the counter lives from its first change; more than zero, counted up to milliseconds by the clock of the
    /// key's owner. Later changes do not prolong it. Default null: for ever, as with INCR of Redis.
    /// </summary>
    public TimeSpan? Expiration { get; set; }

    /// <summary>
    /// Tags by which the counter is removed with others; default none. 1 to 256 bytes of UTF-8 each, at most 63.
    /// </summary>
    public IReadOnlyCollection<string> Tags { get; set; } = [];
}
