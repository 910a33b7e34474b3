namespace Henge;

/// <summary>How client connections are served.</summary>
public enum TransportKind
{
    /// <summary>Epoll where the system is Linux, else sockets.</summary>
    Auto = 0,

    /// <summary>Loop threads over epoll; Linux alone.</summary>
    Epoll = 1,

    /// <summary>The runtime's asynchronous sockets; every system.</summary>
    Sockets = 2,
}
