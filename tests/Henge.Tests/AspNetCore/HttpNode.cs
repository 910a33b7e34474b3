using System.Net;
using System.Net.Sockets;
using System.Text;

using Henge.AspNetCore;
using Henge.AspNetCore.Hosting;

using Xunit;

namespace Henge.Tests.AspNetCore;

/// <summary>
/// A node with its HTTP side on a free loopback port: real sockets, real Kestrel. A test in which the node logs an
/// error
/// fails.
/// </summary>
internal sealed class HttpNode : IAsyncDisposable
{
    private readonly FailureLog _log = new();

    private HttpNode(HengeOptions options, HttpLimits? limits, TimeProvider? time)
    {
        Node = new HengeNode(options, time, _log);
        Host = new HttpHost(Node, limits);
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false });
    }

    public HengeNode Node { get; }

    public HttpHost Host { get; }

    public HttpClient Client { get; }

    public int Port { get; private set; }

    public static async Task<HttpNode> StartAsync(
        Action<HengeOptions>? configure = null, HttpLimits? limits = null, TimeProvider? time = null)
    {
        var options = new HengeOptions { Port = 0, Memory = 64 << 20 };
        configure?.Invoke(options);
        var node = new HttpNode(options, limits, time);
        await node.Host.StartAsync(CancellationToken.None);
        await node.Node.StartAsync(CancellationToken.None);
        node.Port = node.Node.EndPoints[0].Port;
        node.Client.BaseAddress = new Uri($"http://127.0.0.1:{node.Port}");
        return node;
    }

    /// <summary>Sends bytes as they are and reads until the server closes.</summary>
    public async Task<string> RawAsync(string request)
    {
        // A guard against a server that neither answers nor closes; no test waits for it.
        using var guard = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port, guard.Token);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), guard.Token);
        using var reply = new MemoryStream();
        try
        {
            await stream.CopyToAsync(reply, guard.Token);
        }
        catch (IOException)
        {
            // A reset after the reply is how a refused body ends; what was read is what counts.
        }
        return Encoding.Latin1.GetString(reply.ToArray());
    }

    public Task<HttpReply> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<HttpReply> DeleteAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Delete, path, null, headers);

    public Task<HttpReply> PutAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, new ByteArrayContent(Encoding.UTF8.GetBytes(body)), headers);

    public Task<HttpReply> PostAsync(string path, string body = "", params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new ByteArrayContent(Encoding.UTF8.GetBytes(body)), headers);

    public Task<HttpReply> PostJsonAsync(string path, string json) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<HttpReply> SendAsync(
        HttpMethod method, string path, HttpContent? body = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, new Uri(Client.BaseAddress!, path)) { Content = body };
        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }
        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        byte[] bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var received = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new HttpReply((int)response.StatusCode, bytes, received);
    }

    /// <summary>GETs what may have no end: its status, and hangs up.</summary>
    public async Task<HttpReply> PeekAsync(string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Client.BaseAddress!, path));
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using HttpResponseMessage response = await Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new HttpReply((int)response.StatusCode, [], new Dictionary<string, string>());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Node.DisposeAsync();
        await Host.DisposeAsync();
        Assert.False(_log.Failures.Count > 0, string.Join("\n", _log.Failures));
    }
}
