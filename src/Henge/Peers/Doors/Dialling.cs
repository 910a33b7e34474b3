using System.Net;
using System.Net.Sockets;

using Henge.Peers.Links;
using Henge.Transport.Tls;

namespace Henge.Peers.Doors;

/// <summary>A dial under way: the addresses of its name, tried one after another.</summary>
internal sealed class Dialling
{
    private readonly Queue<(IPAddress Address, bool IsSecure)> _ways = new();

    /// <summary>Begins; the addresses come when the name is resolved.</summary>
    public Dialling(DialRequest request, long lookupDeadlineMs)
    {
        Request = request;
        DeadlineMs = lookupDeadlineMs;
    }

    /// <summary>What is wanted.</summary>
    public DialRequest Request { get; }

    /// <summary>While the name is not resolved: when to stop waiting for it.</summary>
    public long DeadlineMs { get; }

    /// <summary>Whether the name is resolved, or nobody waits for it any more.</summary>
    public bool IsResolved { get; set; }

    /// <summary>What went wrong last.</summary>
    public SocketError LastError { get; set; } = SocketError.HostNotFound;

    /// <summary>Takes the addresses.</summary>
    /// <param name="addresses">Where to dial.</param>
    /// <param name="speaksTls">Whether this node does.</param>
    /// <param name="allowsPlain">Whether to go on without, where the other side does not.</param>
    public void Resolved(IPAddress[] addresses, bool speaksTls, bool allowsPlain)
    {
        IsResolved = true;
        foreach (IPAddress address in addresses)
        {
            if (speaksTls)
            {
                _ways.Enqueue((address, true));
            }
            if (!speaksTls || allowsPlain)
            {
                _ways.Enqueue((address, false));
            }
        }
    }

    /// <summary>
    /// Begins to connect to the next address; null when there is none left. Addresses that fail at once are skipped.
    /// </summary>
    /// <param name="secure">Makes TLS for a host.</param>
    public Visit? TryNext(Func<string, TlsSession?> secure)
    {
        (string host, int port) = OwnAddress.Split(Request.Address);
        while (_ways.TryDequeue(out (IPAddress Address, bool IsSecure) way))
        {
            IPAddress address = way.Address;
            Socket? socket = null;
            try
            {
                socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                PeerSockets.Configure(socket);
                var remote = new IPEndPoint(address, port);
                try
                {
                    socket.Connect(remote);
                }
                catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock
                    or SocketError.InProgress)
                {
                    // It is under way, as it should be.
                }
                return new Visit(new PeerChannel(socket, way.IsSecure ? secure(host) : null), remote, this);
            }
            catch (SocketException exception)
            {
                LastError = exception.SocketErrorCode;
                socket?.Dispose();
            }
        }
        return null;
    }
}
