using System.Net.Sockets;

using Henge.Transport.Tls;

namespace Henge.Transport;

/// <summary>
/// Takes sockets whose first bytes are an HTTP request. The bytes were only peeked at, so all are still to be read.
/// From the call on the socket belongs to the sink, which closes it. Called from loop threads: it must not block.
/// </summary>
internal interface IHttpSocketSink
{
    /// <summary>Takes the socket; false when it takes no more, and then the caller closes it.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="tls">Its TLS, whose handshake is done; null when it has none.</param>
    bool TryTake(Socket socket, TlsSession? tls = null);
}
