using System.Net;
using System.Net.Sockets;

using Henge.Peers;
using Henge.Protocol;
using Henge.Sessions;
using Henge.Transport.Buffers;
using Henge.Transport.Tls;

namespace Henge.Transport.Connections;

/// <summary>
/// What all connections of a transport share: the node, its limits, who is let in, clocks and rare log lines.
/// </summary>
internal sealed class ConnectionHost
{
    /// <summary>
    /// What an open connection costs besides its buffers: objects, table rows, the session. Charged while open.
    /// </summary>
    internal const int ConnectionBytes = 2048;

    private readonly RareLog _refusals = new();
    private readonly RareLog _limits = new();
    private readonly RareLog _descriptors = new();
    private readonly RareLog _tls = new();
    private readonly RareLog _plain = new();

    /// <summary>Creates it for a node.</summary>
    public ConnectionHost(HengeNode node)
    {
        Node = node;
        Budget = new BufferBudget(node.Store, node.Options);
    }

    /// <summary>The answer to one client too many, as Redis gives it.</summary>
    public static ReadOnlySpan<byte> TooManyClients => "-ERR max number of clients reached\r\n"u8;

    /// <summary>
    /// The answer to a client from another machine while no password is set (Redis's protected mode).
    /// </summary>
    public static ReadOnlySpan<byte> Protected =>
        "-DENIED Henge is running in protected mode because no password is set. In this mode connections are only "u8
        + "accepted from the loopback interface. To connect from other machines set a password, or start the node "u8
        + "with --insecure.\r\n"u8;

    /// <summary>The node.</summary>
    public HengeNode Node { get; }

    /// <summary>The node's part in the ring; null when it has none.</summary>
    public RingHost? Ring => Node.Ring as RingHost;

    /// <summary>Where TLS begins; null when the node speaks none. Set before anything is served.</summary>
    public TlsDoor? TlsDoor { get; set; }

    /// <summary>Memory of all connections' buffers.</summary>
    public BufferBudget Budget { get; }

    /// <summary>What clients may take.</summary>
    public ClientLimits Limits => Node.Options.Limits;

    /// <summary>Milliseconds of a clock that never jumps, for timeouts.</summary>
    public long MonotonicMs => Node.MonotonicMs;

    /// <summary>
    /// Time between two looks at all connections' timeouts: a second, or less when a timeout is short.
    /// </summary>
    public int CheckIntervalMs
    {
        get
        {
            ClientLimits limits = Limits;
            double least = Math.Min(
                Math.Min(limits.CommandTimeout.TotalMilliseconds, limits.DetectionTimeout.TotalMilliseconds),
                Math.Min(limits.AuthenticationTimeout.TotalMilliseconds, limits.OutputSoftTime.TotalMilliseconds));
            double idle = limits.IdleTimeout > TimeSpan.Zero ? limits.IdleTimeout.TotalMilliseconds : double.MaxValue;
            return (int)Math.Clamp(Math.Min(least, idle) / 4, 10, 1000);
        }
    }

    /// <summary>
    /// Whether another client must be refused. One place above the limit is kept for loopback, so that an operator can
    /// look at a node that is full.
    /// </summary>
    public bool IsFull(IPAddress remote)
    {
        int more = Node.Clients.Count - Limits.MaxClients;
        return more > 0 || (more == 0 && !IsLoopback(remote));
    }

    /// <summary>Whether RESP from this address is refused because anyone could send it.</summary>
    public bool IsProtectedFrom(IPAddress remote) =>
        !Node.Authenticator.IsRequired && !Node.Options.Insecure && !IsLoopback(remote);

    /// <summary>The last word to a connection that is not served; empty for none.</summary>
    public static ReadOnlySpan<byte> AnswerTo(Admission admission) => admission switch
    {
        Admission.Resp => TooManyClients,
        Admission.Denied => Protected,
        Admission.PlainResp => "-DENIED Henge speaks TLS here, and nothing else. Connect with TLS.\r\n"u8,
        Admission.PlainHttp => "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 26\r\n\r\n"u8
            + "Henge speaks https here.\r\n"u8,
        _ => default,
    };

    /// <summary>Decides by the first bytes of a connection, which were peeked at, what becomes of it.</summary>
    /// <param name="peeked">The bytes.</param>
    /// <param name="remote">Who sent them.</param>
    /// <param name="isSecure">Whether they came through TLS.</param>
    public Admission Admit(ReadOnlySpan<byte> peeked, IPEndPoint remote, bool isSecure = false)
    {
        DetectedProtocol protocol = ProtocolDetector.Detect(peeked);
        if (protocol == DetectedProtocol.NeedMore)
        {
            return Admission.Undecided;
        }
        if (protocol == DetectedProtocol.Tls && !isSecure)
        {
            return AdmitTls(remote);
        }
        if (!isSecure && TlsDoor is not null && !Node.Options.Security.AllowPlain)
        {
            if (_plain.IsDue(MonotonicMs, out long others))
            {
                Log.PlainRefused(Node.Logger, remote, others);
            }
            return protocol switch
            {
                DetectedProtocol.Resp => Admission.PlainResp,
                DetectedProtocol.Http => Admission.PlainHttp,
                _ => Admission.Refused,
            };
        }
        return protocol switch
        {
            DetectedProtocol.Peer when Ring is not null => Admission.Peer,
            DetectedProtocol.Http when Node.HttpSink is not null => Admission.Http,
            DetectedProtocol.Resp => IsProtectedFrom(remote.Address) ? Admission.Denied : Admission.Resp,
            DetectedProtocol.Inline when IsLoopback(remote.Address) => Admission.Resp,
            _ => Admission.Refused,
        };
    }

    private Admission AdmitTls(IPEndPoint remote)
    {
        if (TlsDoor is not null)
        {
            return Admission.Tls;
        }
        if (_tls.IsDue(MonotonicMs, out long others))
        {
            Log.TlsRefused(Node.Logger, remote, others);
        }
        return Admission.Refused;
    }

    /// <summary>Whether the address is this machine's own.</summary>
    public static bool IsLoopback(IPAddress address) =>
        IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    /// <summary>Makes the session of a new connection and registers it.</summary>
    public RespSession Open(IClientConnection connection)
    {
        var session = new RespSession(Node, connection, Node.Clients.NextId());
        Node.Clients.Add(session);
        Budget.Charge(ConnectionBytes);
        return session;
    }

    /// <summary>Ends the session of a connection that was closed or handed over, once.</summary>
    public void Closed(RespSession session)
    {
        if (Node.Clients.Remove(session))
        {
            session.Dispose();
            Budget.Give(ConnectionBytes);
        }
    }

    /// <summary>Gives a socket that speaks HTTP to the HTTP server, with all its bytes still to be read.</summary>
    /// <returns>False when it takes no more; the socket is the caller's then.</returns>
    public bool TryHandOver(IHttpSocketSink sink, Socket socket, TlsSession? tls)
    {
        Interlocked.Increment(ref Node.Counters.HttpConnections);
        try
        {
            return sink.TryTake(socket, tls);
        }
        catch (Exception exception)
        {
            Log.HandOverFailed(Node.Logger, exception);
            return false;
        }
    }

    /// <summary>
    /// Gives away a socket with all its bytes still to be read, to who serves what it speaks; who does not want it has
    /// it closed.
    /// </summary>
    public void HandOver(Admission admission, Socket socket)
    {
        bool isTaken = false;
        switch (admission)
        {
            case Admission.Http when Node.HttpSink is { } sink:
                isTaken = TryHandOver(sink, socket, tls: null);
                break;
            case Admission.Peer when Ring is { } ring:
                isTaken = ring.Door.TryAccept(socket);
                break;
            case Admission.Tls when TlsDoor is { } door:
                door.Take(socket);
                isTaken = true;
                break;
        }
        if (!isTaken)
        {
            socket.Dispose();
        }
    }

    /// <summary>Whether a password is asked of this session and it has not shown it.</summary>
    public bool AwaitsPassword(RespSession session) =>
        !session.Client.IsAuthenticated && Node.Authenticator.IsRequired;

    /// <summary>Unsent bytes at which a connection is closed. One reply with the longest value always fits.</summary>
    public long OutputLimit(RespSession session)
    {
        ClientLimits limits = Limits;
        return AwaitsPassword(session)
            ? limits.OutputUnauthenticatedBytes
            : Math.Max(limits.OutputHardBytes, (long)Node.Options.MaxValue + limits.OutputPauseBytes + (64 << 10));
    }

    /// <summary>Unsent bytes above which a session runs no more commands.</summary>
    public long PauseAbove(RespSession session) => AwaitsPassword(session)
        ? Math.Min(Limits.OutputPauseBytes, Limits.OutputUnauthenticatedBytes)
        : Limits.OutputPauseBytes;

    /// <summary>Counts and, at most once a minute, logs why a connection was closed by us.</summary>
    public void Report(CloseReason reason, IPEndPoint remote)
    {
        NodeCounters counters = Node.Counters;
        switch (reason)
        {
            case CloseReason.Refused:
                Interlocked.Increment(ref counters.ConnectionsRejected);
                if (_refusals.IsDue(MonotonicMs, out long refused))
                {
                    Log.ConnectionRefused(Node.Logger, remote, refused);
                }
                return;
            case CloseReason.Output:
                Interlocked.Increment(ref counters.OutputLimitCloses);
                break;
            case CloseReason.SlowCommand or CloseReason.SlowDetection or CloseReason.SlowAuthentication
                or CloseReason.Memory:
                Interlocked.Increment(ref counters.InputLimitCloses);
                break;
            default:
                return;
        }
        if (_limits.IsDue(MonotonicMs, out long suppressed))
        {
            Log.ConnectionOverLimit(Node.Logger, remote, reason, suppressed);
        }
    }

    /// <summary>
    /// Logs, at most once a minute, that no more connections can be accepted for want of file descriptors.
    /// </summary>
    public void ReportNoDescriptors(int error)
    {
        if (_descriptors.IsDue(MonotonicMs, out long suppressed))
        {
            Log.NoDescriptors(Node.Logger, error, suppressed);
        }
    }
}
