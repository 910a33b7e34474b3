using System.Net;
using System.Net.Security;
using System.Security.Authentication;

using Henge.AspNetCore.Hosting;

using Xunit;

namespace Henge.Tests.Transport.Tls;

/// <summary>HTTP through TLS, on the port that serves everything.</summary>
[Collection(TransportCollection.Name)]
public sealed class TlsHttpTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public static TheoryData<TransportKind, SslProtocols> Kinds
    {
        get
        {
            var data = new TheoryData<TransportKind, SslProtocols>
            {
                { TransportKind.Sockets, SslProtocols.Tls12 },
                { TransportKind.Sockets, SslProtocols.Tls13 },
            };
            if (OperatingSystem.IsLinux())
            {
                data.Add(TransportKind.Epoll, SslProtocols.Tls12);
                data.Add(TransportKind.Epoll, SslProtocols.Tls13);
            }
            return data;
        }
    }

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Requests_and_large_bodies_go_both_ways(TransportKind kind, SslProtocols protocol)
    {
        _certificates.Sign("node").Dispose();
        var options = new HengeOptions { Port = 0, Transport = kind, Memory = 256 << 20, Password = "password" };
        _certificates.Serve(options);
        await using var node = new HengeNode(options);
        await using var host = new HttpHost(node);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await node.StartAsync(TestContext.Current.CancellationToken);
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = protocol,
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
        };
        using var client = new HttpClient(handler)
        {
            BaseAddress = new Uri($"https://localhost:{node.EndPoints[0].Port}"),
        };
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "/v1/stats"));
        client.DefaultRequestHeaders.Authorization = new("Bearer", "password");
        byte[] value = new byte[3_000_000];
        Random.Shared.NextBytes(value);

        using (HttpResponseMessage put = await client.PutAsync(
            "/v1/cache/large", new ByteArrayContent(value), TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        }

        Assert.Equal(value, await client.GetByteArrayAsync("/v1/cache/large", TestContext.Current.CancellationToken));
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/v1/stats"));
        }
        Assert.Equal(1, Interlocked.Read(ref node.Counters.HttpConnections));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using HttpResponseMessage reply = await client.GetAsync(path, TestContext.Current.CancellationToken);
        return reply.StatusCode;
    }
}
