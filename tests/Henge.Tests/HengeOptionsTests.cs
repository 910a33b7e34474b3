using System.Net;

using Henge.Transport.Connections;

using Xunit;

namespace Henge.Tests;

public sealed class HengeOptionsTests
{
    public static TheoryData<Action<HengeOptions>, string> Wrong => new()
    {
        { static o => o.MaxTags = 0, "max-tags 0 is out of range" },
        { static o => o.MaxTags = 16_777_217, "max-tags 16777217 is out of range" },
        { static o => o.Port = 65536, "port 65536" },
        { static o => o.Bind.Clear(), "no address" },
        { static o => o.Bind.Add(IPAddress.Any), "no password is set" },
        { static o => o.Bind.Add(IPAddress.IPv6Any), "no password is set" },
        { static o => o.Name = "a b", "name" },
        { static o => o.Memory = 1 << 20, "too small" },
        { static o => o.MaxEntries = -1, "max-entries" },
        { static o => o.MaxValue = 10, "max-value" },
        { static o => o.Shards = 3, "power of two" },
        { static o => o.Loops = 1000, "loops" },
        { static o => o.Databases = 0, "databases" },
        { static o => o.Password = "", "password is empty" },
        { static o => o.Peers.Add("localhost"), "peer 'localhost'" },
        { static o => o.Peers.Add("localhost:0"), "peer 'localhost:0'" },
        { static o => o.Peers.Add("http://localhost:7401"), "peer 'http" },
        { static o => o.Discovery.Sources.Add("henge"), "discovery 'henge': write dns:NAME" },
        { static o => o.Discovery.Sources.Add("etcd:a:1"), "discovery 'etcd:a:1': write it as in etcd:http" },
        { static o => o.Discovery.Sources.Add("etcd:http://u:secret@a"), "discovery 'a': a user does not belong" },
        { static o => o.Discovery.EtcdUser = "u", "takes a user and a password" },
        { static o => o.Discovery.EtcdCaFile = "ca", "and no etcd" },
        { static o => o.Discovery.EtcdKeyFile = "key", "give both --etcd-cert and --etcd-key" },
        { static o => o.Discovery.Sources.Add("dns:"), "discovery 'dns:'" },
        { static o => Enumerable.Repeat("dns:a", 9).ToList().ForEach(o.Discovery.Sources.Add), "has 9 sources" },
        { static o => o.Copies = 6, "copies 6" },
        { static o => o.Weight = -1, "weight -1" },
        { static o => o.Zone = "a b", "zone" },
        { static o => o.ClusterName = "", "cluster name" },
        { static o => o.ClusterSecrets.Add("short"), "cluster secret is too short" },
        { static o => o.LeaveTimeout = TimeSpan.FromSeconds(-1), "leave-timeout" },
        { static o => o.Advertise = "a b:1", "advertise 'a b:1'" },
        { static o => o.Advertise = "host:0", "advertise 'host:0'" },
        { static o => o.Limits.MaxClients = 0, "max-clients" },
        { static o => o.Limits.CommandTimeout = TimeSpan.Zero, "timeouts" },
        { static o => o.Limits.OutputHardBytes = 5, "output limits" },
    };

    [Fact]
    public void The_defaults_can_start() => Assert.Null(new HengeOptions().Validate());

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_be_is_said_in_one_line(Action<HengeOptions> spoil, string named)
    {
        var options = new HengeOptions();
        spoil(options);

        string? error = options.Validate();

        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error, StringComparison.Ordinal);
        Assert.Throws<HengeStartException>(() => new HengeNode(options));
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "secret")]
    public void Off_loopback_needs_a_password_or_consent(bool insecure, string? password)
    {
        var options = new HengeOptions { Insecure = insecure, Password = password };
        options.Bind.Add(IPAddress.Any);
        options.ClusterSecrets.Add("a long enough secret");

        Assert.Null(options.Validate());
    }

    [Fact]
    public void Off_loopback_needs_a_cluster_secret_and_says_how_to_give_one()
    {
        var options = new HengeOptions { Password = "secret" };
        options.Bind.Add(IPAddress.Any);

        Assert.Contains("HENGE_CLUSTER_SECRET", options.Validate(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_password_only_this_machine_speaks_resp()
    {
        await using var node = new HengeNode();
        var host = new ConnectionHost(node);
        var far = new IPEndPoint(IPAddress.Parse("10.0.0.1"), 1);

        Assert.Equal(Admission.Denied, host.Admit("*1\r\n"u8, far));
        Assert.Equal(Admission.Resp, host.Admit("*1\r\n"u8, new IPEndPoint(IPAddress.IPv6Loopback, 1)));
        Assert.Equal(Admission.Refused, host.Admit("PING\r\n"u8, far));

        node.Options.Password = "secret";

        Assert.Equal(Admission.Resp, host.Admit("*1\r\n"u8, far));
    }
}
