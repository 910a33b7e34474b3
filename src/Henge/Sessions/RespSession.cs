using Henge.Protocol;
using Henge.PubSub;
using Henge.Transport;

namespace Henge.Sessions;

/// <summary>One client's conversation: bytes in, commands, bytes out.</summary>
internal sealed class RespSession
{
    /// <summary>Creates the session of one connection.</summary>
    public RespSession(HengeNode node, IClientConnection connection, long id)
    {
        Node = node;
        Connection = connection;
        Id = id;
    }

    /// <summary>The node it talks to.</summary>
    public HengeNode Node { get; }

    /// <summary>The connection that carries it.</summary>
    public IClientConnection Connection { get; }

    /// <summary>CLIENT ID.</summary>
    public long Id { get; }

    /// <summary>What the client said about itself and asked for.</summary>
    public ClientState Client { get; } = new();

    /// <summary>Its subscriptions; null until it has had one.</summary>
    public Subscriber? Subscriber { get; set; }

    /// <summary>The keys that WATCH named, until EXEC, DISCARD or UNWATCH; null until it has watched one.</summary>
    public List<WatchedKey>? WatchedKeys { get; set; }

    /// <summary>The dialect, as HELLO set it.</summary>
    public RespVersion Version { get; set; } = RespVersion.Resp2;
}
