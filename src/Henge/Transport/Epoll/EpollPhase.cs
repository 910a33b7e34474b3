namespace Henge.Transport.Epoll;

/// <summary>Where a connection is in its life, as its loop sees it.</summary>
internal enum EpollPhase : byte
{
    /// <summary>Accepted, on its way to its loop.</summary>
    New = 0,

    /// <summary>Its first bytes have not yet said which protocol is spoken.</summary>
    Undecided,

    /// <summary>Speaks RESP.</summary>
    Open,

    /// <summary>
    /// No more input: the client has finished sending, or the node stops. Closed once all is answered.
    /// </summary>
    InputEnded,

    /// <summary>Closed, or handed over to the HTTP server.</summary>
    Closed,
}
