namespace Henge;

/// <summary>
/// What clients may take of time and memory. Each bound has an answer when it is passed: an error where the client can
/// still hear one, else the connection is closed and counted. All can be set while running.
/// </summary>
public sealed class ClientLimits
{
    /// <summary>
    /// Connections at once, 1 to 1,000,000; default 10,000. One more is answered <c>-ERR max number of clients
    /// reached</c> and closed; a single one above it is let in from loopback, so that an operator can look. Each costs
    /// a file descriptor and below 8 KB.
    /// </summary>
    public int MaxClients { get; set; } = 10_000;

    /// <summary>
    /// A client that sends nothing for so long between commands is closed; zero (default): never, as pools keep idle
    /// connections on purpose. Subscribers are exempt.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.Zero;

    /// <summary>
    /// Time from the first byte of a command to its last; default 10 s. Then the connection is closed: half-sent
    /// commands would hold buffers for ever (slowloris). Much shorter cuts off poor networks. An idle client between
    /// two commands is not meant.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The same for a command above 64 KB; default 30 s, and one second more for each 64 KB that has arrived, so that a
    /// body of any size gets through a slow network as long as it moves.
    /// </summary>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Where a password is asked: time from connecting to being in; default 10 s. Then closed.</summary>
    public TimeSpan AuthenticationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time from the first byte until it is clear whether RESP or HTTP is spoken; default 10 s. Then closed.
    /// </summary>
    public TimeSpan DetectionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time to finish what was accepted when the node stops, in flushing replies; default 10 s. What is left is then
    /// cut.
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

    /// <summary>
    /// Unsent bytes that a connection may hold for <see cref="OutputSoftTime"/> at most, unless it takes at least 1 MB
    /// in that time; default 16 MB. Then closed: a subscriber that fell asleep, not one that is merely slow.
    /// </summary>
    public long OutputSoftBytes { get; set; } = 16L << 20;

    /// <summary>See <see cref="OutputSoftBytes"/>; default 10 s.</summary>
    public TimeSpan OutputSoftTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Unsent bytes at which a connection is closed at once; default 64 MB, or <see cref="HengeOptions.MaxValue"/>
    /// and <see cref="OutputPauseBytes"/> together where that is more, so that one reply always fits.
    /// </summary>
    public long OutputHardBytes { get; set; } = 64L << 20;

    /// <summary>The same before authentication where a password is asked; default 64 KB (CVE-2025-21605).</summary>
    public int OutputUnauthenticatedBytes { get; set; } = 64 << 10;

    /// <summary>
    /// Bytes of one command, framing included; default 1 GiB as in Redis. Longer ones are a protocol error. Single
    /// arguments are bounded much earlier, by their declared length.
    /// </summary>
    public long InputBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Channels and patterns that one connection may be subscribed to; default 100,000, about 50 MB of memory. One more
    /// is answered an error. Over all connections subscriptions take at most a quarter of the node's memory.
    /// </summary>
    public int MaxSubscriptions { get; set; } = 100_000;

    /// <summary>
    /// Bytes that the buffers of all connections may take together, commands being received and replies being sent; 0
    /// (default): half of the node's memory. The connection that would pass it with more than 16 KB is closed. Below
    /// the longest value, that value cannot be received.
    /// </summary>
    public long BufferBytes { get; set; }

    /// <summary>Checks everything once; null, or one line that says what is wrong.</summary>
    internal string? Validate(int maxValueBytes)
    {
        if (MaxClients is < 1 or > 1_000_000)
        {
            return $"max-clients {MaxClients} is out of range: give 1 to 1000000";
        }
        if (IdleTimeout < TimeSpan.Zero || CommandTimeout <= TimeSpan.Zero || BodyTimeout <= TimeSpan.Zero
            || AuthenticationTimeout <= TimeSpan.Zero || DetectionTimeout <= TimeSpan.Zero
            || StopTimeout <= TimeSpan.Zero || OutputSoftTime <= TimeSpan.Zero
            || DeadPeerTimeout < TimeSpan.FromSeconds(1))
        {
            return "timeouts must be positive (only the idle timeout may be 0; the dead peer timeout is at least 1s)";
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
        if (BufferBytes < 0)
        {
            return $"the buffer limit {BufferBytes} is negative: give 0 for half of the memory";
        }
        return null;
    }
}
