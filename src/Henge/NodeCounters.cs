namespace Henge;

/// <summary>
/// What the node counts beside its store and its commands. Written by every loop: add with <see cref="Interlocked"/>,
/// and once per batch or turn where the path is hot. CONFIG RESETSTAT zeroes all.
/// </summary>
internal sealed class NodeCounters
{
    /// <summary>Connections accepted, those refused afterwards included.</summary>
    public long ConnectionsReceived;

    /// <summary>Connections refused: too many clients, protected mode, bytes that are no protocol we speak.</summary>
    public long ConnectionsRejected;

    /// <summary>Connections closed because they passed an output limit.</summary>
    public long OutputLimitCloses;

    /// <summary>Connections closed because a command was too long or took too long to arrive.</summary>
    public long InputLimitCloses;

    /// <summary>Connections handed over to the HTTP server.</summary>
    public long HttpConnections;

    /// <summary>Bytes received from RESP clients.</summary>
    public long InputBytes;

    /// <summary>Bytes sent to RESP clients.</summary>
    public long OutputBytes;

    /// <summary>RESP commands carried out, refused ones included.</summary>
    public long CommandsProcessed;

    /// <summary>Leases that this node gave as an owner.</summary>
    public long LeasesGiven;

    /// <summary>Callers that were told that another holds the lease.</summary>
    public long LeasesHeld;

    /// <summary>Fills that were refused, since their lease had ended.</summary>
    public long LeasesStale;

    /// <summary>Leases given and not remembered: too many, or of a slot that goes to another owner.</summary>
    public long LeasesForgotten;

    /// <summary>Connections through TLS, clients and peers, since the start.</summary>
    public long TlsConnections;

    /// <summary>TLS handshakes that failed.</summary>
    public long TlsFailures;

    /// <summary>Invalidations by tag through this node that every member has taken.</summary>
    public long Invalidations;

    /// <summary>Those that not every member took in time, or that were too many at once.</summary>
    public long InvalidationsFailed;

    /// <summary>Zeroes all.</summary>
    public void Reset()
    {
        Interlocked.Exchange(ref ConnectionsReceived, 0);
        Interlocked.Exchange(ref ConnectionsRejected, 0);
        Interlocked.Exchange(ref OutputLimitCloses, 0);
        Interlocked.Exchange(ref InputLimitCloses, 0);
        Interlocked.Exchange(ref HttpConnections, 0);
        Interlocked.Exchange(ref TlsConnections, 0);
        Interlocked.Exchange(ref TlsFailures, 0);
        Interlocked.Exchange(ref InputBytes, 0);
        Interlocked.Exchange(ref OutputBytes, 0);
        Interlocked.Exchange(ref CommandsProcessed, 0);
        Interlocked.Exchange(ref LeasesGiven, 0);
        Interlocked.Exchange(ref LeasesHeld, 0);
        Interlocked.Exchange(ref LeasesStale, 0);
        Interlocked.Exchange(ref LeasesForgotten, 0);
        Interlocked.Exchange(ref Invalidations, 0);
        Interlocked.Exchange(ref InvalidationsFailed, 0);
    }
}
