using Henge.Transport.Tls;

namespace Henge.Transport.Epoll.Inputs;

/// <summary>Receives through TLS for a loop.</summary>
internal static class SecureInput
{
    /// <summary>
    /// Decrypts into the room what is here and what the kernel has. It stops asking the kernel when the room is full,
    /// so there may be more than the kernel knows of (<see cref="EpollConnection.HasInput"/>).
    /// </summary>
    /// <returns>The bytes; 0 at the end of the input; else the negative error.</returns>
    public static int Receive(EpollConnection connection, TlsSession tls, Span<byte> room)
    {
        int total = 0;
        int received;
        try
        {
            do
            {
                int count;
                while (total < room.Length && (count = tls.Read(room[total..])) != TlsSession.NeedMore)
                {
                    if (count == 0)
                    {
                        return total;
                    }
                    total += count;
                }
                if (total == room.Length)
                {
                    return total;
                }
                Span<byte> encrypted = tls.Room();
                received = encrypted.IsEmpty ? -Libc.NoMemory : connection.ReceiveRaw(encrypted, 0);
                if (received > 0)
                {
                    tls.Fed(received);
                }
            }
            while (received > 0);
        }
        catch (Exception exception) when (TlsSession.IsFailure(exception))
        {
            return -Libc.NoMemory;
        }
        // The end of the input, or an error, is met again once what came before it is carried out.
        return total > 0 ? total : received;
    }
}
