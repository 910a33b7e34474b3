using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Henge.AspNetCore;

/// <summary>
/// Every bound of the HTTP side, with its reason. None applies to RESP connections, and Kestrel's own are all set here
/// so that a change of its defaults changes nothing. Longest bodies follow the node's <c>MaxValue</c>.
/// </summary>
internal sealed class HttpLimits
{
    /// <summary>
    /// Sockets handed over and not yet taken by Kestrel; default 1,024. More means that Kestrel cannot keep up: they
    /// are
    /// closed, which a client sees at once, instead of waiting unseen.
    /// </summary>
    public int WaitingConnections { get; init; } = 1024;

    /// <summary>
    /// Bytes charged for one open connection; default 8 KiB: pipe blocks are rented only while data moves.
    /// </summary>
    public int ConnectionChargeBytes { get; init; } = 8 << 10;

    /// <summary>
    /// Time without a request until a kept-alive connection is closed; default 130 s, above common proxies' 60 to 120
    /// s.
    /// </summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>
    /// Time to send a request's headers; default 10 s (Kestrel's 30 s helps slowloris). Then 408 and close.
    /// </summary>
    public TimeSpan RequestHeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Least bytes per second of a body that is sent or read, after <see cref="RateGrace"/>; default 240. Then closed.
    /// </summary>
    public double MinBytesPerSecond { get; init; } = 240;

    /// <summary>Time in which <see cref="MinBytesPerSecond"/> is not yet asked for; default 5 s.</summary>
    public TimeSpan RateGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Longest request line; default 8 KiB: a key of about 8,000 bytes. Longer keys go through the JSON calls. Then
    /// 414.
    /// </summary>
    public int RequestLineBytes { get; init; } = 8 << 10;

    /// <summary>All headers of a request; default 32 KiB. Then 431.</summary>
    public int RequestHeadersBytes { get; init; } = 32 << 10;

    /// <summary>Headers of a request; default 100. Then 431.</summary>
    public int RequestHeaders { get; init; } = 100;

    /// <summary>
    /// Received and unread bytes of one connection; default 128 KiB: enough to keep a fast sender busy.
    /// </summary>
    public int RequestBufferBytes { get; init; } = 128 << 10;

    /// <summary>Unsent reply bytes of one connection at which writing waits; default 64 KiB.</summary>
    public int ResponseBufferBytes { get; init; } = 64 << 10;

    /// <summary>
    /// Value bytes up to which a GET copies in one piece while the entry is held; default 64 KiB. Longer values are
    /// sent
    /// in pieces of this size, each taken from the same version of the entry.
    /// </summary>
    public int PieceBytes { get; init; } = 64 << 10;

    /// <summary>
    /// Keys in one :mget, :mset or :mdelete; default 10,000. More is 413: the call is answered as a whole.
    /// </summary>
    public int BulkKeys { get; init; } = 10_000;

    /// <summary>
    /// Keys looked at for one page of the listing, found or not; default 10,000, so that no page holds a shard long.
    /// </summary>
    public int ListingKeys { get; init; } = 10_000;

    /// <summary>Time from one event of the stream to the next; default 1 s, as people look at it.</summary>
    public TimeSpan EventInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Streams of events at once; default 32: one look serves all, but each is a connection. More are answered 503.
    /// </summary>
    public int EventListeners { get; init; } = 32;

    /// <summary>Time in which a listener must take an event; default 10 s. Then its connection is cut.</summary>
    public TimeSpan SlowListener { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Body bytes held at once by all requests, in multiples of the longest body; default 4. A request above it is
    /// answered 503 with Retry-After. One body always fits.
    /// </summary>
    public int BodiesInFlight { get; init; } = 4;

    /// <summary>Longest JSON body: base64 makes a value a third longer, and keys and names are around it.</summary>
    internal static long JsonBodyBytes(int maxValueBytes) => ((long)maxValueBytes * 4 / 3) + (1 << 20);

    /// <summary>Sets every limit that Kestrel has.</summary>
    internal void Apply(KestrelServerOptions options, int maxValueBytes)
    {
        KestrelServerLimits limits = options.Limits;
        // The listener refuses above the node's MaxClients, which can change while running; Kestrel's cannot.
        limits.MaxConcurrentConnections = null;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.KeepAliveTimeout = KeepAliveTimeout;
        limits.RequestHeadersTimeout = RequestHeadersTimeout;
        limits.MinRequestBodyDataRate = new MinDataRate(MinBytesPerSecond, RateGrace);
        limits.MinResponseDataRate = new MinDataRate(MinBytesPerSecond, RateGrace);
        limits.MaxRequestLineSize = RequestLineBytes;
        limits.MaxRequestHeadersTotalSize = RequestHeadersBytes;
        limits.MaxRequestHeaderCount = RequestHeaders;
        limits.MaxRequestBufferSize = RequestBufferBytes;
        limits.MaxResponseBufferSize = ResponseBufferBytes;
        // The backstop; each route asks for less and answers with a problem document.
        limits.MaxRequestBodySize = JsonBodyBytes(maxValueBytes) + 1;
        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;
        options.AllowResponseHeaderCompression = false;
        options.AllowAlternateSchemes = false;
        // Both spellings of a Host that disagrees with the target are refused, not repaired.
        options.AllowHostHeaderOverride = false;
    }
}
