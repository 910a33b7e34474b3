using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

using Henge.Server.Serve;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.Server.Serve;

/// <summary>What a supervisor hears, with a socket that the test is.</summary>
[Collection(TransportCollection.Name)]
public sealed class ServiceNoticeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("henge-notify-");
    private readonly Socket _supervisor = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly Dictionary<string, string> _variables = [];

    public void Dispose()
    {
        _supervisor.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_supervisor_hears_that_the_node_serves_lives_and_stops(bool isAbstract)
    {
        Listen(isAbstract);
        _variables["WATCHDOG_USEC"] = "20000";
        _variables["WATCHDOG_PID"] = Environment.ProcessId.ToString(provider: null);
        await using HengeNode node = await TransportHost.StartAsync(TransportKind.Sockets);
        await using ServiceNotice notice = Begin(node);
        notice.Ready();
        await HearsAsync("READY=1\nSTATUS=Serves alone");
        await HearsAsync("WATCHDOG=1");
        await HearsAsync("WATCHDOG=1");
        notice.Stopping(TimeSpan.FromSeconds(40));
        await HearsAsync("STOPPING=1\nSTATUS=Hands over and leaves\nEXTEND_TIMEOUT_USEC=40000000");
    }

    [Fact]
    public async Task One_that_waits_for_discovery_says_so_and_asks_for_time()
    {
        Listen(isAbstract: false);
        var options = new HengeOptions { Port = 0, Memory = 64 << 20 };
        options.Discovery.Sources.Add("dns:no-such-name.invalid");
        await using var node = new HengeNode(options);
        node.Start();
        await using ServiceNotice notice = Begin(node);
        await HearsAsync("STATUS=Waits for dns:no-such-name.invalid:7400\nEXTEND_TIMEOUT_USEC=30000000");
        Assert.DoesNotContain("WATCHDOG=1", _heard);
    }

    [Fact]
    public async Task A_watchdog_of_another_process_is_not_fed()
    {
        Listen(isAbstract: false);
        _variables["WATCHDOG_USEC"] = "2000";
        _variables["WATCHDOG_PID"] = "1";
        await using HengeNode node = await TransportHost.StartAsync(TransportKind.Sockets);
        await using ServiceNotice notice = Begin(node);
        await HearsAsync("STATUS=Serves alone");
        notice.Ready();
        await HearsAsync("READY=1\nSTATUS=Serves alone");
        Assert.DoesNotContain("WATCHDOG=1", _heard);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    public async Task Without_a_socket_nothing_is_told(string? path)
    {
        await using var node = new HengeNode(new HengeOptions { Port = 0, Memory = 64 << 20 });
        await using var notice = new ServiceNotice(node, name => name == "NOTIFY_SOCKET" ? path : null);
        Assert.False(notice.IsHeard);
        notice.Ready();
    }

    [Fact]
    public async Task A_supervisor_that_is_gone_is_no_fault()
    {
        _variables["NOTIFY_SOCKET"] = Path.Combine(_folder.FullName, "nobody");
        await using HengeNode node = await TransportHost.StartAsync(TransportKind.Sockets);
        await using ServiceNotice notice = Begin(node);
        notice.Ready();
    }

    private ServiceNotice Begin(HengeNode node) => new(node, _variables.GetValueOrDefault);

    private void Listen(bool isAbstract)
    {
        string path = isAbstract ? $"@henge-test-{Guid.NewGuid()}" : Path.Combine(_folder.FullName, "notify");
        _supervisor.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + path[1..] : path));
        _variables["NOTIFY_SOCKET"] = path;
    }

    private async Task HearsAsync(string expected)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        byte[] buffer = new byte[4096];
        while (true)
        {
            int length = await _supervisor.ReceiveAsync(buffer, SocketFlags.None, patience.Token);
            string heard = Encoding.UTF8.GetString(buffer, 0, length);
            _heard.Enqueue(heard);
            if (heard == expected)
            {
                return;
            }
        }
    }
}
