using System.Globalization;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Transport.Tls;

/// <summary>RESP through TLS, on the port that serves everything; each transport runs all of it.</summary>
public abstract class TlsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    protected TlsTests() => _certificates.Sign("node").Dispose();

    protected abstract TransportKind Kind { get; }

    public void Dispose()
    {
        _certificates.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Commands_of_any_cut_and_size_are_answered(SslProtocols protocol)
    {
        await using HengeNode node = await StartAsync();
        using TlsClient client = await TlsClient.ConnectAsync(node, protocol);
        Assert.Equal(protocol, client.Protocol);

        Assert.Equal("+PONG", await client.CallAsync(Array("PING")));
        await client.SendAsync(Array("SET", "k", "v") + Array("GET", "k"), piece: 1);
        Assert.Equal("+OK", await client.LineAsync());
        Assert.Equal("$1", await client.LineAsync());
        Assert.Equal("v", await client.LineAsync());

        var pipeline = new StringBuilder();
        for (int i = 0; i < 5000; i++)
        {
            pipeline.Append(Array("ECHO", i.ToString(CultureInfo.InvariantCulture)));
        }
        Task sent = client.SendAsync(pipeline.ToString());
        for (int i = 0; i < 5000; i++)
        {
            await client.LineAsync();
            Assert.Equal(i.ToString(CultureInfo.InvariantCulture), await client.LineAsync());
        }
        await sent;

        string value = string.Create(5_000_000, 0, static (text, _) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (char)('a' + (i % 26));
            }
        });
        Assert.Equal("+OK", await client.CallAsync(Array("SET", "large", value)));
        Assert.Equal("$5000000", await client.CallAsync(Array("GET", "large")));
        Assert.Equal(value, await client.ReadAsync(value.Length));
        await client.LineAsync();
        Assert.Equal("+OK", await client.CallAsync(Array("QUIT")));
        Assert.Null(await client.LineAsync());
    }

    [Fact]
    public async Task Messages_are_pushed_through_TLS()
    {
        await using HengeNode node = await StartAsync();
        using TlsClient listener = await TlsClient.ConnectAsync(node);
        using TlsClient speaker = await TlsClient.ConnectAsync(node);
        await listener.SendAsync(Array("SUBSCRIBE", "c"));
        for (int i = 0; i < 6; i++)
        {
            await listener.LineAsync();
        }

        Assert.Equal(":1", await speaker.CallAsync(Array("PUBLISH", "c", "hello")));

        for (int i = 0; i < 6; i++)
        {
            await listener.LineAsync();
        }
        Assert.Equal("hello", await listener.LineAsync());
    }

    [Fact]
    public async Task Who_is_connected_through_TLS_is_one_client_like_others()
    {
        await using HengeNode node = await StartAsync(static o => o.Limits.MaxClients = 1);
        using TlsClient first = await TlsClient.ConnectAsync(node);
        Assert.Equal("+PONG", await first.CallAsync(Array("PING")));
        using TlsClient second = await TlsClient.ConnectAsync(node);
        Assert.Equal("+PONG", await second.CallAsync(Array("PING")));

        await Assert.ThrowsAsync<AuthenticationException>(() => TlsClient.ConnectAsync(node));
        Assert.Equal(":1", await first.CallAsync(Array("CLIENT", "KILL", "SKIPME", "YES", "TYPE", "NORMAL")));
        Assert.Null(await second.LineAsync());
        await TransportHost.UntilAsync(() => node.Clients.Count == 1);
    }

    [Fact]
    public async Task A_large_pipeline_that_nobody_reads_is_bounded()
    {
        await using HengeNode node = await StartAsync();
        using TlsClient client = await TlsClient.ConnectAsync(node);
        Assert.Equal("+OK", await client.CallAsync(Array("SET", "k", new string('v', 1 << 20))));

        await client.SendAsync(string.Concat(Enumerable.Repeat(Array("GET", "k"), 200)));
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal("$1048576", await client.LineAsync());
            await client.ReadAsync((1 << 20) + 2);
        }

        Assert.Equal("+PONG", await client.CallAsync(Array("PING")));
    }

    [Fact]
    public async Task Without_TLS_a_client_is_told_and_closed()
    {
        await using HengeNode node = await StartAsync();
        using RawClient resp = await RawClient.ConnectAsync(node);
        Assert.StartsWith(
            "-DENIED Henge speaks TLS here", await resp.CallAsync(Array("PING")), StringComparison.Ordinal);
        Assert.Null(await resp.LineAsync());
        using RawClient http = await RawClient.ConnectAsync(node);
        Assert.Equal("HTTP/1.1 400 Bad Request", await http.CallAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        using RawClient inline = await RawClient.ConnectAsync(node);
        Assert.Null(await inline.CallAsync("PING\r\n"));
    }

    [Fact]
    public async Task Plain_is_served_beside_TLS_only_when_asked_for()
    {
        await using HengeNode node = await StartAsync(static o => o.Security.AllowPlain = true);
        using RawClient plain = await RawClient.ConnectAsync(node);
        using TlsClient secure = await TlsClient.ConnectAsync(node);

        Assert.Equal("+PONG", await plain.CallAsync(Array("PING")));
        Assert.Equal("+PONG", await secure.CallAsync(Array("PING")));
    }

    [Fact]
    public async Task TLS_where_there_is_none_is_closed()
    {
        await using HengeNode node = await TransportHost.StartAsync(Kind);

        await Assert.ThrowsAnyAsync<IOException>(() => TlsClient.ConnectAsync(node));
    }

    [Fact]
    public async Task Half_handshakes_keep_nobody_out()
    {
        await using HengeNode node = await StartAsync();
        var halves = new List<RawClient>();
        try
        {
            for (int i = 0; i < 400; i++)
            {
                RawClient half = await RawClient.ConnectAsync(node);
                halves.Add(half);
                await half.SendAsync("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
            }
            using TlsClient client = await TlsClient.ConnectAsync(node);

            Assert.Equal("+PONG", await client.CallAsync(Array("PING")));
        }
        finally
        {
            halves.ForEach(static half => half.Dispose());
        }
    }

    [Theory]
    [InlineData("\x16\x03\x01\x00\x05hello")]
    [InlineData("\x16\x03\xff\xff\xff\xff\xff")]
    [InlineData("\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00")]
    public async Task What_is_no_handshake_is_closed(string bytes)
    {
        await using HengeNode node = await StartAsync();
        using RawClient client = await RawClient.ConnectAsync(node);

        await client.SendAsync(bytes);
        client.EndSending();
        await client.RestAsync();

        using TlsClient other = await TlsClient.ConnectAsync(node);
        Assert.Equal("+PONG", await other.CallAsync(Array("PING")));
        await TransportHost.UntilAsync(() => Interlocked.Read(ref node.Counters.TlsFailures) > 0);
    }

    [Fact]
    public async Task A_client_must_show_a_certificate_of_the_authority_where_one_is_named()
    {
        using var strangers = new TestCertificates();
        using X509Certificate2 foreign = strangers.Sign("client");
        using X509Certificate2 expired = _certificates.Sign("expired", -30, -1);
        using X509Certificate2 good = _certificates.Sign("client");
        await using HengeNode node = await StartAsync(o => _certificates.Serve(o, asksClients: true));

        foreach (SslProtocols protocol in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
        {
            Assert.False(await IsServedAsync(node, protocol, null));
            Assert.False(await IsServedAsync(node, protocol, foreign));
            Assert.False(await IsServedAsync(node, protocol, expired));
            Assert.True(await IsServedAsync(node, protocol, good));
        }
    }

    [Fact]
    public async Task A_new_certificate_is_shown_without_a_restart_and_a_bad_one_never()
    {
        await using HengeNode node = await StartAsync();
        using TlsClient before = await TlsClient.ConnectAsync(node);
        string first = before.Certificate!.GetSerialNumberString();

        File.WriteAllText(_certificates.Path("node.crt"), "not a certificate");
        node.Secrets.Refresh(all: true);
        Assert.Equal(first, await SerialAsync(node));
        _certificates.Sign("node", -30, -1).Dispose();
        node.Secrets.Refresh(all: true);
        Assert.Equal(first, await SerialAsync(node));
        _certificates.Sign("node").Dispose();
        node.Secrets.Refresh(all: false);

        Assert.NotEqual(first, await SerialAsync(node));
        Assert.Equal("+PONG", await before.CallAsync(Array("PING")));
    }

    [Fact]
    public async Task A_stop_answers_what_came_through_TLS()
    {
        HengeNode node = await StartAsync();
        using TlsClient client = await TlsClient.ConnectAsync(node);
        Assert.Equal("+OK", await client.CallAsync(Array("SET", "k", "v")));

        await node.DisposeAsync();

        Assert.Null(await client.LineAsync());
    }

    private static async Task<bool> IsServedAsync(HengeNode node, SslProtocols protocol, X509Certificate2? certificate)
    {
        try
        {
            using TlsClient client = await TlsClient.ConnectAsync(node, protocol, certificate);
            return await client.CallAsync(Array("PING")) == "+PONG";
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return false;
        }
    }

    private static async Task<string> SerialAsync(HengeNode node)
    {
        using TlsClient client = await TlsClient.ConnectAsync(node);
        return client.Certificate!.GetSerialNumberString();
    }

    private Task<HengeNode> StartAsync(Action<HengeOptions>? configure = null) =>
        TransportHost.StartAsync(Kind, options =>
        {
            _certificates.Serve(options);
            configure?.Invoke(options);
        });
}
