using System.Net;
using System.Net.Sockets;

using Henge.Peers.Links;
using Henge.Protocol.Peers.Hellos;
using Henge.Transport.Tls;

namespace Henge.Peers.Doors;

/// <summary>
/// One connection whose hello is under way. Of a stranger it holds one kilobyte, and not one byte beyond the hello is
/// read: what follows belongs to the link.
/// </summary>
internal sealed class Visit
{
    private readonly byte[] _received = new byte[HelloMessage.MaxBytes];
    private int _count;
    private int _sent;
    private Func<Handshake>? _hello;

    /// <summary>Begins with a connection.</summary>
    /// <param name="channel">Connected, or connecting where this node dials.</param>
    /// <param name="remote">The other side.</param>
    /// <param name="dialling">The dial that it belongs to; null when the other side dialled.</param>
    public Visit(PeerChannel channel, IPEndPoint remote, Dialling? dialling)
    {
        Channel = channel;
        Remote = remote;
        Dialling = dialling;
        IsConnecting = dialling is not null;
    }

    /// <summary>The connection.</summary>
    public PeerChannel Channel { get; }

    /// <summary>The socket.</summary>
    public Socket Socket => Channel.Socket;

    /// <summary>The other side.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>The dial that it belongs to; null when the other side dialled.</summary>
    public Dialling? Dialling { get; }

    /// <summary>Whether the connection is not up yet.</summary>
    public bool IsConnecting { get; private set; }

    /// <summary>The hello; null while the connection is not up.</summary>
    public Handshake? Handshake { get; private set; }

    /// <summary>When it is over, whatever has come until then.</summary>
    public long DeadlineMs { get; set; }

    /// <summary>What the socket said when it failed; null while it did not.</summary>
    public SocketError? Error { get; private set; }

    /// <summary>Why there is no TLS; null when nothing is wrong with it.</summary>
    public string? TlsFailure { get; private set; }

    /// <summary>Whether nothing more is to be expected of it.</summary>
    public bool IsOver => Error is not null
        || (Channel.Unsent == 0 && Handshake is { Status: not HandshakeStatus.Waiting } handshake
            && _sent == handshake.Output.Length);

    /// <summary>Whether it waits for room to write.</summary>
    public bool WantsWriting => IsConnecting || Channel.Unsent > 0
        || (Handshake is { } handshake && _sent < handshake.Output.Length);

    /// <summary>The connection is up: begins with TLS where it has that, then the hello.</summary>
    /// <param name="hello">Makes the hello, when it is its turn.</param>
    public void Begin(Func<Handshake> hello)
    {
        IsConnecting = false;
        _hello = hello;
        if (Channel.Tls is { Handshake: null } tls)
        {
            tls.Begin();
        }
        Advance();
    }

    /// <summary>Finds out whether connecting went well.</summary>
    public bool TryConnected()
    {
        int error = (int)Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        if (error != 0)
        {
            Error = (SocketError)error;
        }
        return error == 0;
    }

    /// <summary>The socket failed.</summary>
    public void Fail(SocketError error) => Error ??= error;

    /// <summary>Reads and writes as far as it goes.</summary>
    public void Advance()
    {
        if (!IsSecure())
        {
            return;
        }
        Handshake ??= _hello!();
        while (Error is null && Handshake is { } handshake)
        {
            if (_sent < handshake.Output.Length)
            {
                int count = Channel.Send(handshake.Output.AsSpan(_sent), out SocketError error);
                if (!IsProgress(count, error))
                {
                    return;
                }
                _sent += count;
                continue;
            }
            if (handshake.Status != HandshakeStatus.Waiting || !TryReceive(handshake))
            {
                return;
            }
        }
    }

    /// <summary>Goes on with TLS where there is some; whether it is up.</summary>
    private bool IsSecure()
    {
        if (Error is not null || Channel.Tls is not { } tls)
        {
            return Error is null;
        }
        if (tls.Handshake!.IsCompletedSuccessfully)
        {
            if (Channel.Unsent > 0 && TlsPump.Flush(tls, Socket) is not SocketError.Success and var failed)
            {
                Fail(failed);
            }
            return Error is null;
        }
        SocketError error = TlsPump.Shake(tls, Socket);
        if (tls.Handshake.IsFaulted)
        {
            TlsFailure = tls.Objection
                ?? tls.Handshake.Exception!.GetBaseException().Message.ReplaceLineEndings(" ");
            Fail(SocketError.ProtocolNotSupported);
        }
        else if (error != SocketError.Success)
        {
            TlsFailure = "the other side ended it";
            Fail(error);
        }
        return tls.Handshake.IsCompletedSuccessfully && Error is null;
    }

    private bool TryReceive(Handshake handshake)
    {
        int missing = HelloMessage.Missing(_received.AsSpan(0, _count));
        if (missing > 0)
        {
            int count = Channel.Receive(_received.AsSpan(_count, missing), asks: true, out SocketError error);
            if (!IsProgress(count, error))
            {
                return false;
            }
            if (count == 0)
            {
                Error = SocketError.ConnectionReset;
                return false;
            }
            _count += count;
            missing = HelloMessage.Missing(_received.AsSpan(0, _count));
        }
        if (missing < 0)
        {
            handshake.Refuse(Refusal.Malformed);
            _sent = 0;
        }
        else if (missing == 0)
        {
            handshake.Receive(_received.AsSpan(0, _count));
            _count = 0;
            _sent = 0;
        }
        return true;
    }

    private bool IsProgress(int count, SocketError error)
    {
        if (error == SocketError.WouldBlock)
        {
            return false;
        }
        if (error != SocketError.Success)
        {
            Error = error;
        }
        return error == SocketError.Success && count >= 0;
    }
}
