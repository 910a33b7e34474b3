using System.Net;
using System.Net.Sockets;

using Henge.Diagnostics;
using Henge.Storage;
using Henge.Storage.Eviction;

using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using Xunit;

namespace Henge.Tests.Embedding;

/// <summary>What AddHenge registers, how it is configured, and how the node follows its host.</summary>
public sealed class AddHengeTests
{
    private static readonly DistributedCacheEntryOptions Forever = new();

    [Fact]
    public void Several_calls_configure_one_node_and_the_last_wins()
    {
        var services = new ServiceCollection();
        services.AddDistributedMemoryCache();
        services.AddHenge(static o => (o.Port, o.Copies) = (1, 3));
        services.AddHenge(Section(("port", "2"), ("peers", "a:1, b:2")));
        services.AddHenge(static o => o.Port = 3);
        services.AddHenge();
        using ServiceProvider provider = services.BuildServiceProvider();

        HengeNode node = Assert.Single(provider.GetServices<HengeNode>());

        Assert.Equal((3, 3), (node.Options.Port, node.Options.Copies));
        Assert.Equal(["a:1", "b:2"], node.Options.Peers);
        Assert.Single(provider.GetServices<IHostedService>());
        IDistributedCache cache = provider.GetRequiredService<IDistributedCache>();
        Assert.Same(cache, provider.GetRequiredService<IBufferDistributedCache>());
        Assert.NotNull(provider.GetRequiredService<HengeHealthCheck>());
    }

    [Fact]
    public void An_application_takes_a_quarter_of_the_memory_unless_told()
    {
        Assert.Equal(HengeOptions.ShareOfMachine(4), Options(static _ => { }).Memory);
        Assert.Equal(HengeOptions.ShareOfMachine(2), new HengeOptions().Memory);
        Assert.Equal(32 << 20, Options(static o => o.Memory = 32 << 20).Memory);
    }

    [Fact]
    public void A_section_sets_options_by_the_names_of_the_command_line()
    {
        HengeOptions options = Bound(
            ("port", "0"), ("bind", "localhost,::1"), ("Memory", "256mb"), ("max-value", "1mb"), ("maxEntries", "7"),
            ("LeaveTimeout", "90s"), ("stop-timeout", "00:00:05"), ("write-ack", "owner"), ("eviction", "S3Fifo"),
            ("peers:0", "x:1"), ("peers:1", "y:2"), ("cluster-secret", "one secret,another one"), ("insecure", "true"),
            ("weight", "0"), ("zone", "z"), ("name", "n"), ("key-prefix", "app:"), ("transport", "sockets"));

        Assert.Equal(
            (0, 256L << 20, 1 << 20, 7L), (options.Port, options.Memory, options.MaxValue, options.MaxEntries));
        Assert.Equal([IPAddress.Loopback, IPAddress.IPv6Loopback], options.Bind);
        Assert.Equal(
            (TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(5)), (options.LeaveTimeout, options.Limits.StopTimeout));
        Assert.Equal((WriteAck.Owner, EvictionPolicy.S3Fifo), (options.WriteAck, options.Eviction));
        Assert.Equal(["x:1", "y:2"], options.Peers);
        Assert.Equal(["one secret", "another one"], options.ClusterSecrets);
        Assert.Equal((true, 0, "z", "n", "app:"), (
            options.Insecure, options.Weight, options.Zone, options.Name, options.KeyPrefix));
        Assert.Equal(TransportKind.Sockets, options.Transport);
    }

    [Theory]
    [InlineData("prot", "1", "Henge:prot: there is no such option")]
    [InlineData("port", "x", "Henge:port: 'x' is not a whole number")]
    [InlineData("port", "70000", "port 70000 is not a port")]
    [InlineData("memory", "lots", "Henge:memory: 'lots' is not a size")]
    [InlineData("leave-timeout", "5", "Henge:leave-timeout: '5' is not a time")]
    [InlineData("write-ack", "some", "Henge:write-ack: 'some' is not all or owner")]
    [InlineData("insecure", "maybe", "Henge:insecure: 'maybe' is not true or false")]
    [InlineData("bind", "example.org", "'example.org' is no address")]
    [InlineData("bind", "*", "no password is set")]
    [InlineData("start-timeout", "2h", "start-timeout")]
    [InlineData("ring-timeout", "6s", "ring-timeout")]
    [InlineData("copies", "9", "copies 9 is out of range")]
    public async Task Options_that_cannot_be_end_the_start_with_one_line(string name, string value, string line)
    {
        await using var host = new EmbeddedHost(services: services => services.AddHenge(Section((name, value))));

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(host.StartAsync);

        Assert.Contains(line, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_cannot_listen_ends_the_start_with_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var host = new EmbeddedHost(o => o.Port = port);

        var wrong = await Assert.ThrowsAsync<HengeStartException>(host.StartAsync);

        Assert.Contains(port.ToString(), wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_node_serves_before_other_services_start_and_until_they_have_stopped()
    {
        var user = new CacheUser();
        await using (EmbeddedHost host = await EmbeddedHost.StartAsync(services: services =>
            services.AddSingleton<IHostedService>(provider =>
            {
                user.Cache = provider.GetRequiredService<IDistributedCache>();
                return user;
            })))
        {
            Assert.Equal([1], user.AtStart);
            await host.StopAsync();
            Assert.Equal([1], user.AtStop);
        }
    }

    [Fact]
    public async Task Peers_that_are_away_do_not_keep_an_application_from_starting()
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        string address = nobody.LocalEndpoint.ToString()!;
        nobody.Stop();

        await using EmbeddedHost host = await EmbeddedHost.StartAsync(o => o.Peers.Add(address));

        host.Cache.Set("k", [1], Forever);
        Assert.Equal([1], host.Cache.Get("k")!);
    }

    [Fact]
    public async Task A_start_waits_for_the_ring_no_longer_than_told()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        await using EmbeddedHost host = await EmbeddedHost.StartAsync(o =>
        {
            o.Peers.Add(silent.LocalEndpoint.ToString()!);
            o.StartTimeout = TimeSpan.FromMilliseconds(1);
        });

        Assert.False(host.Node.Joined.IsCompleted);
        await using EmbeddedHost user = await EmbeddedHost.StartAsync(static o =>
        {
            // Nobody holds entries for it, so it never joins by itself.
            o.Weight = 0;
            o.StartTimeout = TimeSpan.FromMilliseconds(1);
        });
        Assert.False(user.Node.Joined.IsCompleted);
    }

    [Fact]
    public async Task A_host_that_is_out_of_patience_takes_its_node_down_at_once()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(
            TransportKind.Auto, 2, static o => o.LeaveTimeout = o.Name == "n1" ? TimeSpan.FromHours(1) : TimeSpan.Zero);
        var service = (IHostedLifecycleService)ring[1].Services.GetServices<IHostedService>()
            .Single(static service => service is IHostedLifecycleService);

        await service.StoppedAsync(new CancellationToken(canceled: true));

        Assert.False(ring[1].Node.Ready);
        Assert.Equal(HengeFailure.Stopped, Assert.Throws<HengeException>(() => ring[1].Cache.Get("k")).Failure);
    }

    [Fact]
    public async Task Calls_before_the_start_say_that_the_host_must_start()
    {
        await using var host = new EmbeddedHost();
        Assert.Throws<InvalidOperationException>(() => host.Cache.Get("k"));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => host.Cache.SetAsync("k", [1], Forever, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Calls_after_the_end_throw_and_never_hang_or_crash()
    {
        EmbeddedHost host = await EmbeddedHost.StartAsync();
        IBufferDistributedCache cache = host.Cache;
        using var ended = new ManualResetEventSlim();
        Thread[] callers = [.. Enumerable.Range(0, 4).Select(i => new Thread(() =>
        {
            try
            {
                while (true)
                {
                    cache.Set($"k{i}", new byte[100], Forever);
                    cache.Get($"k{i}");
                }
            }
            catch (Exception e) when (e is HengeException or ObjectDisposedException)
            {
                ended.Wait();
            }
        }))];
        Array.ForEach(callers, static caller => caller.Start());

        await host.DisposeAsync();

        ended.Set();
        Array.ForEach(callers, static caller => caller.Join());
        Assert.Throws<ObjectDisposedException>(() => cache.Get("k"));
        Assert.Throws<ObjectDisposedException>(() => cache.Set("k", [1], Forever));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => cache.GetAsync("k", TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_container_that_is_disposed_without_a_host_gives_all_back()
    {
        using ServiceProvider provider = new ServiceCollection()
            .AddHenge(static o => o.Memory = 16 << 20).BuildServiceProvider();
        provider.GetRequiredService<IDistributedCache>();
    }

    [Fact]
    public async Task The_prefix_stands_before_every_key()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(static o => o.KeyPrefix = "shop:");
        host.Cache.Set("k", [1], Forever);
        host.Cache.Set("", [2], Forever);
        using (EntryScope entry = host.Node.Store.Open("shop:k"u8, host.Node.NowMs))
        {
            Assert.True(entry.Found);
        }
        Assert.Equal([1], host.Cache.Get("k")!);
        Assert.Equal([2], host.Cache.Get("")!);
    }

    private static HengeOptions Options(Action<HengeOptions> configure)
    {
        using ServiceProvider provider = new ServiceCollection().AddHenge(configure).BuildServiceProvider();
        return provider.GetRequiredService<IOptions<HengeOptions>>().Value;
    }

    private static HengeOptions Bound(params (string Name, string Value)[] values)
    {
        using ServiceProvider provider = new ServiceCollection().AddHenge(Section(values)).BuildServiceProvider();
        return provider.GetRequiredService<IOptions<HengeOptions>>().Value;
    }

    private static IConfigurationSection Section(params (string Name, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(static value =>
                new KeyValuePair<string, string?>("Henge:" + value.Name, value.Value)))
            .Build().GetSection("Henge");
}
