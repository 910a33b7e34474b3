using System.Net;

using Henge.Server.CommandLine;
using Henge.Server.Serve;
using Henge.Storage.Eviction;

using Xunit;

namespace Henge.Tests.Server.Serve;

public sealed class NodeOptionsTests
{
    private const long Machine = 16L << 30;

    [Fact]
    public void Every_value_reaches_the_node()
    {
        HengeOptions options = From(
            "--port=1 --bind=127.0.0.1,::1 --peers=a:1,b:2 --transport=sockets --loops=3 --memory=1gb --max-entries=4 "
            + "--max-value=1mb --eviction=s3fifo --shards=8 --insecure --max-clients=5 --idle-timeout=6s "
            + "--command-timeout=7s --dead-peer-timeout=8s --redis-mode=standalone --databases=9 --name=n "
            + "--slowlog-slower-than=10 --slowlog-max-len=11 --stop-timeout=12s --debug-commands");

        Assert.Equal(1, options.Port);
        Assert.Equal([IPAddress.Loopback, IPAddress.IPv6Loopback], options.Bind);
        Assert.Equal(["a:1", "b:2"], options.Peers);
        Assert.Equal((TransportKind.Sockets, 3, 8), (options.Transport, options.Loops, options.Shards));
        Assert.Equal((1L << 30, 4, 1 << 20), (options.Memory, options.MaxEntries, options.MaxValue));
        Assert.Equal(EvictionPolicy.S3Fifo, options.Eviction);
        Assert.True(options.Insecure && options.EnableDebugCommands);
        Assert.Equal((RedisMode.Standalone, 9, "n"), (options.RedisMode, options.Databases, options.Name));
        Assert.Equal((10, 11), (options.SlowLogMicroseconds, options.SlowLogMaxEntries));
        Assert.Equal(5, options.Limits.MaxClients);
        Assert.Equal(
            [6, 7, 8, 12],
            new[]
            {
                options.Limits.IdleTimeout, options.Limits.CommandTimeout, options.Limits.DeadPeerTimeout,
                options.Limits.StopTimeout,
            }.Select(time => time.TotalSeconds));
    }

    [Fact]
    public void Defaults_are_the_nodes_own()
    {
        HengeOptions given = From("");
        HengeOptions own = new();

        Assert.Equal(Machine / 2, given.Memory);
        Assert.Equal((own.Port, own.Name, own.Loops, own.Shards), (given.Port, given.Name, given.Loops, given.Shards));
        Assert.Equal((own.MaxValue, own.MaxEntries), (given.MaxValue, given.MaxEntries));
        Assert.Equal((own.Eviction, own.Transport), (given.Eviction, given.Transport));
        Assert.Equal((own.Databases, own.RedisMode), (given.Databases, given.RedisMode));
        Assert.Equal(own.Bind, given.Bind);
        Assert.Equal(own.SlowLogMicroseconds, given.SlowLogMicroseconds);
        Assert.Equal(own.SlowLogMaxEntries, given.SlowLogMaxEntries);
        Assert.Equal(own.Limits.MaxClients, given.Limits.MaxClients);
        Assert.Equal(own.Limits.IdleTimeout, given.Limits.IdleTimeout);
        Assert.Equal(own.Limits.CommandTimeout, given.Limits.CommandTimeout);
        Assert.Equal(own.Limits.DeadPeerTimeout, given.Limits.DeadPeerTimeout);
    }

    [Fact]
    public void A_share_is_of_the_machines_memory() => Assert.Equal(4L << 30, From("--memory=25%").Memory);

    [Fact]
    public void A_password_file_goes_before_the_environment()
    {
        using TemporaryFile file = new("from file\r\nmore\n");

        Assert.Equal("from environment", From("", ("HENGE_PASSWORD", "from environment")).Password);
        Assert.Equal(
            "from file", From($"--password-file={file.Path}", ("HENGE_PASSWORD", "from environment")).Password);
    }

    [Fact]
    public void A_star_binds_every_address_and_needs_secrets_or_consent()
    {
        Assert.Contains(IPAddress.Any, From("--bind=* --insecure").Bind);
        Assert.Throws<UsageException>(() => From("--bind=*", ("HENGE_PASSWORD", "x")));
        Assert.Throws<UsageException>(() => From("--bind=*"));
    }

    private static HengeOptions From(string line, params (string Name, string Text)[] environment)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        OptionValues values = new(
            ServeOptions.All,
            ArgumentParser.Parse(words, ServeCommand.Subcommand).Flags,
            name => environment.FirstOrDefault(variable => variable.Name == name).Text,
            ServeOptions.Config);
        return NodeOptions.From(values, Machine);
    }
}
