namespace Henge;

/// <summary>
/// What clients may take of time and memory. Each bound has an answer when it is passed: an error where the client can
/// still hear one, else the connection is closed and counted. All can be set while running.
/// </summary>
public sealed class ClientLimits
{
    /// <summary>
    /// Connections at once, 1 to 1,000,000; default 10,000. One more is answered <c>-ERR max number of clients reached</c>
    /// and closed; a single one above it is let in from loopback, so that an operator can look. Each costs a file
    /// descriptor and below 8 KB.
    /// </summary>
    public int MaxClients { get; set; } = 10_000;

    /// <summary>
    /// A client that sends nothing for so long between commands is closed; zero (default): never, as pools keep idle
    /// connections on purpose. Subscribers are exempt.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.Zero;

    /// <summary>
    /// A command that is still incomplete so long after its last byte is given up and the connection closed; default
    /// 10 s. Without it, half-sent commands hold buffers for ever (slowloris); much shorter cuts off poor networks.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time for a command whose body is above 64 KB, as long as at least 4 KB of it arrive in each
    /// <see cref="CommandTimeout"/>; then it is closed. Default 30 s, extended by one second for each MB received.
    /// </summary>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Where a password is asked: time from connecting to being in; default 10 s. Then closed.</summary>
    public TimeSpan AuthenticationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time from the first byte until it is clear whether RESP or HTTP is spoken; default 10 s. Then closed.</summary>
    public TimeSpan DetectionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time to finish what was accepted when the node stops, in flushing replies; default 10 s. What is left is then cut.
    /// </summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Idle time until the kernel asks whether the other side is still there (TCP keepalive), and time that sent bytes
    /// may stay unacknowledged before the connection is given up (TCP_USER_TIMEOUT); default 60 s. It also ends a
    /// connection whose reader takes nothing at all for so long.
    /// </summary>
    public TimeSpan DeadPeerTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Unsent reply bytes of one connection above which no more of its commands run until it has read some; default
    /// 1 MB. This is what bounds a pipeline of large GETs: memory is this plus one reply.
    /// </summary>
    public int OutputPauseBytes { get; set; } = 1 << 20;

    /// <summary>Unsent bytes that a connection may hold for <see cref="OutputSoftTime"/> at most; default 16 MB. Then closed.</summary>
    public long OutputSoftBytes { get; set; } = 16L << 20;

    /// <summary>See <see cref="OutputSoftBytes"/>; default 10 s.</summary>
    public TimeSpan OutputSoftTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Unsent bytes at which a connection is closed at once; default 64 MB, or <see cref="HengeOptions.MaxValueBytes"/>
    /// and <see cref="OutputPauseBytes"/> together where that is more, so that one reply always fits.
    /// </summary>
    public long OutputHardBytes { get; set; } = 64L << 20;

    /// <summary>The same before authentication where a password is asked; default 64 KB (CVE-2025-21605).</summary>
    public int OutputUnauthenticatedBytes { get; set; } = 64 << 10;

    /// <summary>
    /// Bytes of one incomplete command that are held; default 1 GiB as in Redis, and never more than a quarter of the
    /// node's memory. Closed above it. Single arguments are bounded much earlier, by their declared length.
    /// </summary>
    public long InputBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Channels and patterns that one connection may be subscribed to; default 100,000, about 50 MB of memory. One more
    /// is answered an error. Over all connections subscriptions take at most a quarter of the node's memory.
    /// </summary>
    public int MaxSubscriptions { get; set; } = 100_000;

    /// <summary>Checks everything once; null, or one line that says what is wrong.</summary>
    internal string? Validate(int maxValueBytes)
    {
        if (MaxClients is < 1 or > 1_000_000)
        {
            return $"max-clients {MaxClients} is out of range: give 1 to 1000000";
        }
        if (IdleTimeout < TimeSpan.Zero || CommandTimeout <= TimeSpan.Zero || BodyTimeout <= TimeSpan.Zero
            || AuthenticationTimeout <= TimeSpan.Zero || DetectionTimeout <= TimeSpan.Zero
            || StopTimeout <= TimeSpan.Zero || DeadPeerTimeout < TimeSpan.FromSeconds(1) || OutputSoftTime <= TimeSpan.Zero)
        {
            return "timeouts must be positive (the idle timeout may be 0, for none; the dead peer timeout is at least 1s)";
        }
        if (OutputPauseBytes < 4096 || OutputUnauthenticatedBytes < 4096)
        {
            return "output limits below 4kb do not hold a reply";
        }
        if (OutputSoftBytes < OutputPauseBytes || OutputHardBytes < OutputSoftBytes)
        {
            return "output limits must rise: pause <= soft <= hard";
        }
        if (MaxSubscriptions < 1)
        {
            return $"the limit of {MaxSubscriptions} subscriptions per connection must be at least 1";
        }
        if (InputBytes < (long)maxValueBytes + (128 << 10))
        {
            return $"the input limit {InputBytes} cannot hold a value of max-value {maxValueBytes} and its key";
        }
        return null;
    }
}
