using System.Net;
using System.Net.Sockets;

using Henge.Protocol;

namespace Henge.Transport.Tls;

/// <summary>One connection in the TLS door: its handshake is under way, or its first plain bytes are.</summary>
internal sealed class TlsGuest(Socket socket, IPEndPoint remote, TlsSession tls, long deadlineMs)
{
    private readonly byte[] _first = new byte[ProtocolDetector.MaxPeekBytes];
    private int _count;

    /// <summary>The socket, which never blocks.</summary>
    public Socket Socket { get; } = socket;

    /// <summary>The other side.</summary>
    public IPEndPoint Remote { get; } = remote;

    /// <summary>The session.</summary>
    public TlsSession Tls { get; } = tls;

    /// <summary>When it must have said what it speaks.</summary>
    public long DeadlineMs { get; } = deadlineMs;

    /// <summary>Why it is sent away; null while it is not.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether the handshake is done.</summary>
    public bool IsSecure => Tls.Handshake is { IsCompletedSuccessfully: true };

    /// <summary>The plain bytes that have come.</summary>
    public ReadOnlySpan<byte> First => _first.AsSpan(0, _count);

    /// <summary>Gives it up.</summary>
    public void Fail(string why) => Failure ??= why;

    /// <summary>Goes on as far as it goes now.</summary>
    public void Advance()
    {
        SocketError error = SocketError.Success;
        if (!IsSecure)
        {
            error = TlsPump.Shake(Tls, Socket);
            if (Tls.Handshake is { IsFaulted: true } failed)
            {
                Fail(Tls.Objection ?? Reason(failed.Exception!.GetBaseException()));
                return;
            }
        }
        if (error == SocketError.Success && IsSecure && _count < _first.Length)
        {
            int count = TlsPump.Read(Tls, Socket, _first.AsSpan(_count), receives: true, out error);
            _count += count;
            if (error == SocketError.WouldBlock)
            {
                error = SocketError.Success;
            }
            else if (count == 0 && error == SocketError.Success)
            {
                error = SocketError.ConnectionReset;
            }
            TlsPump.Flush(Tls, Socket);
        }
        if (error != SocketError.Success)
        {
            Fail(IsSecure ? "" : "it went in the middle of the handshake");
        }
    }

    private static string Reason(Exception exception) => exception.Message.ReplaceLineEndings(" ");
}
