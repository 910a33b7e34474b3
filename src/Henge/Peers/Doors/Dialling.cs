using System.Net;
using System.Net.Sockets;

namespace Henge.Peers.Doors;

/// <summary>A dial under way: the addresses of its name, tried one after another.</summary>
internal sealed class Dialling
{
    private readonly Queue<IPAddress> _addresses = new();

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
    public void Resolved(IPAddress[] addresses)
    {
        IsResolved = true;
        foreach (IPAddress address in addresses)
        {
            _addresses.Enqueue(address);
        }
    }

    /// <summary>
    /// Begins to connect to the next address; null when there is none left. Addresses that fail at once are skipped.
    /// </summary>
    public Visit? TryNext()
    {
        int port = OwnAddress.Split(Request.Address).Port;
        while (_addresses.TryDequeue(out IPAddress? address))
        {
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
                return new Visit(socket, remote, this);
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
