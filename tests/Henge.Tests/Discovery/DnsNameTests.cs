using Henge.Discovery;

using Xunit;

namespace Henge.Tests.Discovery;

public sealed class DnsNameTests
{
    [Theory]
    [InlineData("dns:henge", "dns:henge:7400")]
    [InlineData("DNS:henge:1", "dns:henge:1")]
    [InlineData("dns:henge.default.svc.cluster.local.:65535", "dns:henge.default.svc.cluster.local.:65535")]
    [InlineData("dns:_nodes.henge", "dns:_nodes.henge:7400")]
    public void A_name_may_have_a_port(string text, string expected)
    {
        Assert.Null(DnsName.TryParse(text, out DnsName? name));
        Assert.Equal(expected, name!.ToString());
    }

    [Theory]
    [InlineData("dns:", "is no name")]
    [InlineData("dns:.", "is no name")]
    [InlineData("dns:a..b", "is no name")]
    [InlineData("dns:-a", "is no name")]
    [InlineData("dns:a b", "is no name")]
    [InlineData("dns:http://a", "is no port")]
    [InlineData("dns:a:0", "is no port")]
    [InlineData("dns:a:65536", "is no port")]
    [InlineData("dns:a:", "is no port")]
    [InlineData("dns:10.0.0.1", "--peers")]
    [InlineData("dns:10.0.0.1:7400", "--peers")]
    [InlineData("dns:[::1]:7400", "--peers")]
    [InlineData("dns:::1", "--peers")]
    public void What_is_no_name_is_said_in_one_line(string text, string named)
    {
        string? wrong = DnsName.TryParse(text, out _);
        Assert.Contains(named, wrong, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong!);
    }

    [Fact]
    public void Labels_and_names_have_a_longest()
    {
        Assert.Null(DnsName.TryParse("dns:" + new string('a', 63) + ".b", out _));
        Assert.NotNull(DnsName.TryParse("dns:" + new string('a', 64) + ".b", out _));
        Assert.NotNull(DnsName.TryParse("dns:" + string.Join('.', Enumerable.Repeat("abcdefghi", 26)), out _));
    }
}
