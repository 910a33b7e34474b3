using Henge.Security;

namespace Henge.Sessions;

/// <summary>
/// What one client said about itself and asked for. Written on the connection's own thread; CLIENT LIST reads it from
/// any thread, so every field is a reference or a small value that is replaced whole.
/// </summary>
internal sealed class ClientState
{
    /// <summary>Who it is; null while it has not shown what is asked for.</summary>
    public User? User { get; set; }

    /// <summary>Whether it has shown what is asked for, or nothing is.</summary>
    public bool IsAuthenticated => User is not null;

    /// <summary>CLIENT SETNAME; empty when it gave none.</summary>
    public byte[] Name { get; set; } = [];

    /// <summary>CLIENT SETINFO LIB-NAME; empty when it gave none.</summary>
    public byte[] LibraryName { get; set; } = [];

    /// <summary>CLIENT SETINFO LIB-VER; empty when it gave none.</summary>
    public byte[] LibraryVersion { get; set; } = [];

    /// <summary>
    /// The database that SELECT chose; they all show the same entries unless databases are configured.
    /// </summary>
    public int Database { get; set; }

    /// <summary>CLIENT NO-EVICT.</summary>
    public bool IsProtectedFromEviction { get; set; }

    /// <summary>CLIENT NO-TOUCH: its reads do not count as use for the eviction policy.</summary>
    public bool LeavesRecencyAlone { get; set; }

    /// <summary>READONLY: a replica may answer its reads.</summary>
    public bool ReadsReplicas { get; set; }

    /// <summary>It asked for the cluster map, so redirects are understood and wanted.</summary>
    public bool KnowsClusterMap { get; set; }

    /// <summary>CLIENT REPLY.</summary>
    public ReplyMode ReplyMode { get; set; }

    /// <summary>
    /// Back to what a new connection starts with (RESET); the library's name and version stay, as in Redis.
    /// </summary>
    /// <param name="user">Who a new connection is.</param>
    public void Reset(User? user)
    {
        User = user;
        Name = [];
        Database = 0;
        IsProtectedFromEviction = false;
        LeavesRecencyAlone = false;
        ReadsReplicas = false;
        KnowsClusterMap = false;
        ReplyMode = ReplyMode.On;
    }
}
