using System.Net.Sockets;

namespace Henge.Peers.Doors;

/// <summary>
/// Sets what every peer socket has: no delay for small messages, and limits on how long a host that is gone stays
/// unnoticed by the kernel. Probes find it sooner; this ends links on which nobody happens to wait for an answer.
/// </summary>
internal static class PeerSockets
{
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;
    private const int KeepAliveSeconds = 5;
    private const int KeepAliveProbes = 3;
    private const int UserTimeoutMs = 10_000;

    /// <summary>Sets it.</summary>
    public static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMs));
        }
    }
}
