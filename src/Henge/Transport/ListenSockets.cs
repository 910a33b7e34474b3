using System.Net;
using System.Net.Sockets;

namespace Henge.Transport;

/// <summary>Opens the listening sockets of a node, all on one port, with errors that a person can act on.</summary>
internal static class ListenSockets
{
    private const int Backlog = 1024;
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;
    private const int MinProbes = 3;

    /// <summary>Listens on every address of the options. When one cannot be listened on, none stays open.</summary>
    /// <exception cref="HengeStartException">An address cannot be listened on; the message says why.</exception>
    public static List<Socket> Open(HengeOptions options)
    {
        var sockets = new List<Socket>();
        try
        {
            int port = options.Port;
            foreach (IPAddress address in options.Bind)
            {
                Socket socket = Listen(new IPEndPoint(address, port), options.Limits);
                sockets.Add(socket);
                port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            }
            return sockets;
        }
        catch
        {
            sockets.ForEach(static socket => socket.Dispose());
            throw;
        }
    }

    /// <summary>
    /// Sets what every client connection has: no delay for small replies, and limits on how long a peer that is gone
    /// stays unnoticed. On Linux accepted sockets inherit it from the listener.
    /// </summary>
    public static void Configure(Socket socket, ClientLimits limits)
    {
        socket.NoDelay = true;
        int seconds = Math.Max(1, (int)limits.DeadPeerTimeout.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        int interval = Math.Max(1, seconds / MinProbes);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, interval);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, MinProbes);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes(seconds * 1000));
        }
    }

    private static Socket Listen(IPEndPoint endPoint, ClientLimits limits)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }
            Configure(socket, limits);
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            throw new HengeStartException(Explain(endPoint, exception), exception);
        }
    }

    private static string Explain(IPEndPoint endPoint, SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"port {endPoint.Port} on {endPoint.Address} is taken: stop what uses it, or choose another with --port "
            + "(0 picks a free one)",
        SocketError.AccessDenied =>
            $"port {endPoint.Port} on {endPoint.Address} is not permitted: choose one above 1023 with --port",
        SocketError.AddressNotAvailable =>
            $"{endPoint.Address} is not an address of this machine: choose another with --bind",
        SocketError.AddressFamilyNotSupported =>
            $"{endPoint.Address} cannot be listened on: this machine does not speak its protocol; "
            + "choose another with --bind",
        _ => $"cannot listen on {endPoint}: {exception.Message}",
    };
}
