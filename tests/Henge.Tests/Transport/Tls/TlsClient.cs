using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Henge.Tests.Transport.Tls;

/// <summary>A client through TLS that sends what it is told. Every wait ends after 30 s with an exception.</summary>
internal sealed class TlsClient : IDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(30));
    private readonly SslStream _stream;
    private StreamReader? _reader;

    private TlsClient(SslStream stream) => _stream = stream;

    // A stream whose handshake is not done cannot be read.
    private StreamReader Reader => _reader ??= new StreamReader(_stream, Encoding.Latin1);

    public SslProtocols Protocol => _stream.SslProtocol;

    public X509Certificate? Certificate => _stream.RemoteCertificate;

    public static async Task<TlsClient> ConnectAsync(
        HengeNode node, SslProtocols protocols = SslProtocols.None, X509Certificate2? certificate = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, node.EndPoints[0].Port));
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var client = new TlsClient(stream);
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    EnabledSslProtocols = protocols,
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
                    ClientCertificates = certificate is null ? null : [certificate],
                    LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
                },
                client._patience.Token);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public async Task SendAsync(string text, int piece = int.MaxValue)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        for (int at = 0; at < bytes.Length; at += Math.Min(piece, bytes.Length - at))
        {
            await _stream.WriteAsync(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)), _patience.Token);
        }
    }

    /// <summary>One line without its end; null at the end.</summary>
    public async Task<string?> LineAsync() => await Reader.ReadLineAsync(_patience.Token);

    public async Task<string?> CallAsync(string text)
    {
        await SendAsync(text);
        return await LineAsync();
    }

    public async Task<string> ReadAsync(int count)
    {
        char[] text = new char[count];
        int read = await Reader.ReadBlockAsync(text.AsMemory(), _patience.Token);
        return new string(text, 0, read);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _patience.Dispose();
    }
}
