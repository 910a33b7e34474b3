using System.Net.Sockets;

using Henge.Transport.Tls;

namespace Henge.Peers.Links;

/// <summary>
/// The bytes of a connection with another node: its socket as it is, or through TLS. Never waits. For one thread at a
/// time.
/// </summary>
/// <param name="socket">The socket, non-blocking.</param>
/// <param name="tls">Its TLS; null when it has none.</param>
internal sealed class PeerChannel(Socket socket, TlsSession? tls)
{
    /// <summary>Encrypted at once, when the kernel has taken what was before it.</summary>
    private const int PieceBytes = 64 << 10;

    /// <summary>The socket.</summary>
    public Socket Socket { get; } = socket;

    /// <summary>Its TLS; null when it has none.</summary>
    public TlsSession? Tls { get; } = tls;

    /// <summary>Whether there is input that the kernel knows nothing of any more.</summary>
    public bool HasInput => Tls is { HasInput: true };

    /// <summary>Bytes that were taken and that the kernel has not.</summary>
    public int Unsent => Tls?.Output.Length ?? 0;

    /// <summary>Sends bytes, as far as the kernel takes them; what was taken before goes first.</summary>
    /// <returns>How many are taken; see <see cref="Unsent"/>.</returns>
    public int Send(ReadOnlySpan<byte> bytes, out SocketError error)
    {
        if (Tls is null)
        {
            return Socket.Send(bytes, SocketFlags.None, out error);
        }
        int taken = 0;
        error = TlsPump.Flush(Tls, Socket);
        try
        {
            while (error == SocketError.Success && Tls.Output.Length == 0 && taken < bytes.Length)
            {
                int count = Math.Min(PieceBytes, bytes.Length - taken);
                Tls.Write(bytes.Slice(taken, count));
                taken += count;
                error = TlsPump.Flush(Tls, Socket);
            }
        }
        catch (Exception exception) when (TlsSession.IsFailure(exception))
        {
            error = SocketError.ConnectionReset;
        }
        if (error == SocketError.Success && taken == 0 && bytes.Length > 0)
        {
            error = SocketError.WouldBlock;
        }
        return taken;
    }

    /// <summary>Receives bytes: through TLS as many as there are room for.</summary>
    /// <param name="room">Where to.</param>
    /// <param name="asks">Whether the kernel may be asked for more than is here.</param>
    /// <param name="error">What went wrong; WouldBlock when there is nothing.</param>
    /// <returns>How many; 0 at the end.</returns>
    public int Receive(Span<byte> room, bool asks, out SocketError error) => Tls is null
        ? Socket.Receive(room, SocketFlags.None, out error)
        : TlsPump.Read(Tls, Socket, room, asks, out error);

    /// <summary>Closes the socket and gives everything back.</summary>
    public void Close()
    {
        Tls?.Dispose();
        Socket.Dispose();
    }
}
