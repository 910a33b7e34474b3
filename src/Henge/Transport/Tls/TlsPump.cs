using System.Net.Sockets;

namespace Henge.Transport.Tls;

/// <summary>Moves encrypted bytes between a TLS session and its socket, which never blocks.</summary>
internal static class TlsPump
{
    /// <summary>Goes on with a handshake as far as it goes now.</summary>
    /// <returns>Success while all is well; else why it cannot go on.</returns>
    public static SocketError Shake(TlsSession tls, Socket socket)
    {
        while (true)
        {
            SocketError error = Flush(tls, socket);
            if (error != SocketError.Success || tls.Handshake!.IsCompleted)
            {
                return error;
            }
            int count = Receive(tls, socket, out error);
            if (error == SocketError.WouldBlock)
            {
                return SocketError.Success;
            }
            if (count <= 0)
            {
                tls.End();
                return error == SocketError.Success ? SocketError.ConnectionReset : error;
            }
        }
    }

    /// <summary>Sends what waits, as far as the socket takes it.</summary>
    public static SocketError Flush(TlsSession tls, Socket socket)
    {
        while (tls.Output.Length > 0)
        {
            int sent = socket.Send(tls.Output.Bytes, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                return SocketError.Success;
            }
            if (error != SocketError.Success)
            {
                return error;
            }
            tls.Output.Consume(sent);
        }
        return SocketError.Success;
    }

    /// <summary>Receives once.</summary>
    public static int Receive(TlsSession tls, Socket socket, out SocketError error)
    {
        Span<byte> room = tls.Room();
        if (room.IsEmpty)
        {
            error = SocketError.NoBufferSpaceAvailable;
            return -1;
        }
        int count = socket.Receive(room, SocketFlags.None, out error);
        if (error == SocketError.Success && count > 0)
        {
            tls.Fed(count);
        }
        return count;
    }

    /// <summary>
    /// Reads plain bytes: what is here, and what the socket has, until the room is full or there is nothing.
    /// </summary>
    /// <returns>How many; 0 at the end of the input, or with an error.</returns>
    public static int Read(TlsSession tls, Socket socket, Span<byte> room, bool receives, out SocketError error)
    {
        int total = 0;
        error = SocketError.Success;
        try
        {
            while (total < room.Length)
            {
                int count = tls.Read(room[total..]);
                if (count > 0)
                {
                    total += count;
                    continue;
                }
                if (count == 0)
                {
                    return total;
                }
                int received = receives ? Receive(tls, socket, out error) : -1;
                if (received <= 0)
                {
                    error = receives ? error : SocketError.WouldBlock;
                    break;
                }
            }
        }
        catch (Exception exception) when (TlsSession.IsFailure(exception))
        {
            error = SocketError.ConnectionReset;
        }
        if (total > 0)
        {
            // What went wrong is met again.
            error = SocketError.Success;
        }
        return total;
    }
}
