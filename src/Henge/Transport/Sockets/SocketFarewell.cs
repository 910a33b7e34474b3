using System.Net.Sockets;

namespace Henge.Transport.Sockets;

/// <summary>How a connection is ended so that its last reply arrives.</summary>
internal static class SocketFarewell
{
    /// <summary>Bytes thrown away at most.</summary>
    private const int MaxDiscarded = 1 << 20;

    /// <summary>
    /// Says that no more comes, and throws away what was sent for nothing: a socket that is closed with input unread is
    /// reset, and a reset can overtake the reply.
    /// </summary>
    public static void Say(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            Span<byte> scrap = stackalloc byte[4096];
            int discarded = 0;
            while (discarded < MaxDiscarded && socket.Available > 0)
            {
                discarded += socket.Receive(scrap);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The other side was faster.
        }
    }
}
