using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

using Henge.Transport.Tls;

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Henge.AspNetCore.Hosting;

/// <summary>
/// An HTTP connection through TLS, whose handshake the node has done: to Kestrel it is a transport as any other, and a
/// feature tells it that the scheme is https.
/// </summary>
internal sealed class TlsConnection : ConnectionContext, IDuplexPipe, ITlsConnectionFeature,
    IConnectionItemsFeature
{
    private static long s_lastId;

    private readonly CancellationTokenSource _closed = new();
    private readonly Socket _socket;
    private readonly TlsSession _tls;
    private readonly Stream _stream;

    /// <summary>Takes over a socket and its TLS.</summary>
    public TlsConnection(Socket socket, TlsSession tls)
    {
        _socket = socket;
        _tls = tls;
        socket.Blocking = true;
        _stream = tls.OpenStream(socket);
        Input = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(_stream, new StreamPipeWriterOptions(leaveOpen: true));
        ConnectionId = $"tls-{Interlocked.Increment(ref s_lastId)}";
        RemoteEndPoint = socket.RemoteEndPoint;
        LocalEndPoint = socket.LocalEndPoint;
        ConnectionClosed = _closed.Token;
        Transport = this;
        Features.Set<ITlsConnectionFeature>(this);
        Features.Set<IConnectionItemsFeature>(this);
    }

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get; set; }

    /// <inheritdoc/>
    public override string ConnectionId { get; set; }

    /// <inheritdoc/>
    public override IFeatureCollection Features { get; } = new FeatureCollection();

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    /// <summary>The node has looked at it already, and nothing behind it asks.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <inheritdoc/>
    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
        Task.FromResult(ClientCertificate);

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason) => _socket.Dispose();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync().ConfigureAwait(false);
        await Output.CompleteAsync().ConfigureAwait(false);
        await _tls.FarewellAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _closed.CancelAsync().ConfigureAwait(false);
        _closed.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
