using System.Net.Security;
using System.Net.Sockets;

namespace Henge.Discovery.Etcd.Gateway;

/// <summary>Makes the connections to etcd; those by TLS go by the certificates as they are at that time.</summary>
internal static class EtcdDialer
{
    /// <summary>What calls etcd.</summary>
    /// <param name="tls">The certificates; null: no TLS.</param>
    /// <param name="patience">Longest time for a connection, its TLS included.</param>
    /// <param name="mostBytes">Longest answer.</param>
    public static HttpClient Client(EtcdTls? tls, TimeSpan patience, int mostBytes) => new(
        new SocketsHttpHandler
        {
            ConnectTimeout = patience,
            ConnectCallback = (context, cancellationToken) =>
                ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, tls, cancellationToken),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = mostBytes,
    };

    private static async ValueTask<Stream> ConnectAsync(
        string host, int port, EtcdTls? tls, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (tls is not null)
            {
                var secure = new SslStream(stream);
                stream = secure;
                await secure.AuthenticateAsClientAsync(tls.Dialling(host), cancellationToken).ConfigureAwait(false);
            }
            return stream;
        }
        catch
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
            socket.Dispose();
            throw;
        }
    }
}
