namespace Henge.Caching;

/// <summary>
/// How one value of a <see cref="HengeCache"/> is kept. An object may be used for many calls, and must not be changed
/// while one is under way.
/// </summary>
public sealed class EntryOptions
{
    /// <summary>
    /// How long the value lives from when it is stored; more than zero, counted up to milliseconds by the clock of the
    /// key's owner. Default null: <see cref="HengeOptions.Expiration"/>; with <see cref="Sliding"/> alone, for ever.
    /// </summary>
    public TimeSpan? Expiration { get; set; }

    /// <summary>
    /// How long the value lives after each use, within <see cref="Expiration"/>; default null: uses do not count. Such
    /// values are not kept in the first level, since their uses would not be seen: each read asks their owner.
    /// </summary>
    public TimeSpan? Sliding { get; set; }

    /// <summary>
    /// How long this process keeps the value in its first level at most; default null: as long as it lives.
    /// </summary>
    public TimeSpan? LocalExpiration { get; set; }

    /// <summary>Whether this process's first level is read and keeps the value; default true.</summary>
    public bool UsesFirstLevel { get; set; } = true;

    /// <summary>
    /// How long the factory may take; more than zero, default null: as long as it likes. When it is over the factory's
    /// token is cancelled, and all who wait for it here get a <see cref="TimeoutException"/>; nothing is stored.
    /// </summary>
    public TimeSpan? FactoryTimeout { get; set; }

    /// <summary>
    /// How long the ring keeps the value beyond <see cref="Expiration"/>, to be served where the factory fails; more
    /// than zero, default null: not at all. What fails is logged and counted, and for half a minute the expired value
    /// is served without calling a factory. While one process makes the value anew, the others are served the expired
    /// one. All who read the key give the same time; who gives none (<see cref="HengeCache.TryGetAsync{T}"/> without
    /// options, HTTP, Redis clients) sees the value until the ring drops it. Not beside <see cref="Sliding"/>.
    /// </summary>
    public TimeSpan? FailSafe { get; set; }

    /// <summary>
    /// How long before it expires a value is made anew by one process of the ring, while all are served the present
    /// one; more than zero, default null: only after it has expired. In that time reads go to the ring. Not beside
    /// <see cref="Sliding"/>.
    /// </summary>
    public TimeSpan? RefreshAhead { get; set; }

    /// <summary>
    /// With <see cref="FailSafe"/>: how long callers wait for the factory before they get the expired value; more than
    /// zero, default null: until it ends. The factory goes on, and what it makes is stored.
    /// </summary>
    public TimeSpan? FactorySoftTimeout { get; set; }

    /// <summary>
    /// Tags by which the value is invalidated with others; default none. 1 to 256 bytes of UTF-8 each, at most 63.
    /// </summary>
    public IReadOnlyCollection<string> Tags { get; set; } = [];
}
