using System.Net.Sockets;
using System.Threading.Channels;

using Henge.Transport;
using Henge.Transport.Tls;

namespace Henge.Tests.Transport;

/// <summary>An HTTP server that only keeps the sockets it is given.</summary>
internal sealed class RecordingSink : IHttpSocketSink
{
    private readonly Channel<Socket> _sockets = Channel.CreateUnbounded<Socket>();

    public bool TryTake(Socket socket, TlsSession? tls = null) => _sockets.Writer.TryWrite(socket);

    public ValueTask<Socket> NextAsync(CancellationToken cancellationToken) =>
        _sockets.Reader.ReadAsync(cancellationToken);
}
