using System.Net;
using System.Net.Sockets;

using Henge.Transport.Tls;

namespace Henge.Transport;

/// <summary>
/// Accepts connections and carries bytes between them and their sessions. Started once, stopped once.
/// </summary>
internal interface ITransport
{
    /// <summary>Addresses listened on, with the port that was picked; empty before it is open.</summary>
    IReadOnlyList<IPEndPoint> EndPoints { get; }

    /// <summary>Lanes of the ring that it makes: one for each thread on which sessions run.</summary>
    int Lanes { get; }

    /// <summary>Listens; nobody is served yet.</summary>
    /// <exception cref="HengeStartException">An address cannot be listened on; nothing is left open.</exception>
    void Open();

    /// <summary>Serves. What it makes asks the node for its part in the ring, which is there by now.</summary>
    void Start();

    /// <summary>
    /// Serves a connection that speaks RESP over TLS, whose handshake is done; false when it is one too many, and then
    /// the caller closes it. Any thread, while it is started.
    /// </summary>
    bool TryAdopt(Socket socket, TlsSession tls);

    /// <summary>
    /// Accepts no more, carries out what has been received, sends the replies, closes; after
    /// <see cref="ClientLimits.StopTimeout"/> or when the token is cancelled, cuts what is left. Ends when all is
    /// closed.
    /// </summary>
    Task StopAsync(CancellationToken cancellationToken);
}
