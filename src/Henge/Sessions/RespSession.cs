using Henge.Protocol;
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

    /// <summary>The dialect, as HELLO set it.</summary>
    public RespVersion Version { get; set; } = RespVersion.Resp2;
}
