using Henge.Transport.Epoll;
using Henge.Transport.Sockets;

namespace Henge.Transport;

/// <summary>Chooses the transport.</summary>
internal static class TransportFactory
{
    /// <summary>The transport that the node's options ask for, or the system's best.</summary>
    public static ITransport Create(HengeNode node) => node.Options.Transport switch
    {
        TransportKind.Sockets => new SocketTransport(node),
        TransportKind.Epoll => new EpollTransport(node),
        _ => OperatingSystem.IsLinux() ? new EpollTransport(node) : new SocketTransport(node),
    };
}
