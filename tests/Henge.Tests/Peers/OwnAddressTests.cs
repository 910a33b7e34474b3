using System.Net;

using Henge.Peers;

using Xunit;

namespace Henge.Tests.Peers;

public sealed class OwnAddressTests
{
    [Theory]
    [InlineData(null, "127.0.0.1:7400", "127.0.0.1:7400")]
    [InlineData(null, "127.0.0.1:7400 10.1.2.3:7400", "10.1.2.3:7400")]
    [InlineData(null, "[::1]:7400", "[::1]:7400")]
    [InlineData("cache-0.cache", "0.0.0.0:7400", "cache-0.cache:7400")]
    [InlineData("cache-0.cache:17400", "0.0.0.0:7400", "cache-0.cache:17400")]
    [InlineData("[fe80::1]", "0.0.0.0:7400", "[fe80::1]:7400")]
    [InlineData("[fe80::1]:1", "0.0.0.0:7400", "[fe80::1]:1")]
    [InlineData(null, "0.0.0.0:7400", "127.0.0.1:7400")]
    public void Others_are_told_where_to_reach_this_node(string? advertise, string listening, string expected)
    {
        var options = new HengeOptions { Advertise = advertise };

        Assert.Equal(expected, OwnAddress.Of(options, [.. listening.Split(' ').Select(IPEndPoint.Parse)]));
    }

    [Fact]
    public void Listening_everywhere_the_address_towards_the_peers_is_taken()
    {
        var options = new HengeOptions();
        options.Peers.Add("127.0.0.1:9");

        Assert.Equal("127.0.0.1:7400", OwnAddress.Of(options, [new IPEndPoint(IPAddress.Any, 7400)]));
    }

    [Fact]
    public void Where_no_address_can_be_found_one_is_asked_for()
    {
        var options = new HengeOptions();
        options.Peers.Add("no-such-host.invalid:7400");

        HengeStartException error = Assert.Throws<HengeStartException>(
            () => OwnAddress.Of(options, [new IPEndPoint(IPAddress.Any, 7400)]));
        Assert.Contains("--advertise", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_discovery_it_is_the_address_towards_the_world_or_one_is_asked_for()
    {
        var options = new HengeOptions();
        options.Discovery.Sources.Add("dns:no-such-host.invalid");
        string own;
        try
        {
            own = OwnAddress.Of(options, [new IPEndPoint(IPAddress.Any, 7400)]);
        }
        catch (HengeStartException error)
        {
            // A machine without a default route.
            Assert.Contains("--advertise", error.Message, StringComparison.Ordinal);
            return;
        }
        Assert.False(IPAddress.IsLoopback(IPEndPoint.Parse(own).Address));
    }

    [Theory]
    [InlineData("host", true)]
    [InlineData("host:1", true)]
    [InlineData("10.0.0.1:65535", true)]
    [InlineData("[::1]:7400", true)]
    [InlineData("::1", true)]
    [InlineData("host:", false)]
    [InlineData("host:65536", false)]
    [InlineData("http://host", false)]
    [InlineData("", false)]
    public void An_address_is_a_host_and_perhaps_a_port(string text, bool expected) =>
        Assert.Equal(expected, OwnAddress.IsHostWithPort(text));
}
