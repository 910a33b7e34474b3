using Henge.Discovery;
using Henge.Discovery.Etcd;

using Xunit;

namespace Henge.Tests.Discovery.Etcd;

public sealed class EtcdPrefixTests
{
    [Theory]
    [InlineData("etcd:http://a:1/x", "etcd:http://a:1/x")]
    [InlineData("etcd:http://a", "etcd:http://a:2379/henge")]
    [InlineData("ETCD:https://a,b:9,[::1]/x/y/", "etcd:https://a:2379,b:9,[::1]:2379/x/y")]
    [InlineData("etcd:http://10.0.0.1:2379,http://10.0.0.2:2379/x", "etcd:http://10.0.0.1:2379,10.0.0.2:2379/x")]
    public void Several_members_share_a_prefix(string text, string expected)
    {
        Assert.Null(EtcdPrefix.TryParse(text, out EtcdPrefix? prefix));
        Assert.Equal(expected, prefix!.ToString(), ignoreCase: true);
    }

    [Theory]
    [InlineData("etcd:", "write it as")]
    [InlineData("etcd:a:1/x", "write it as")]
    [InlineData("etcd:http://", "is no address")]
    [InlineData("etcd:http:///x", "is no address")]
    [InlineData("etcd:http://a,,b/x", "is no address")]
    [InlineData("etcd:http://a:0/x", "is no address")]
    [InlineData("etcd:http://a:65536/x", "is no address")]
    [InlineData("etcd:http://a b/x", "is no address")]
    [InlineData("etcd:http://a,https://b/x", "all addresses must be http, or all https")]
    [InlineData("etcd:http://a/x?y", "prefix")]
    [InlineData("etcd:http://a/", "prefix")]
    [InlineData("etcd:http://user:secret@a/x", "--etcd-user")]
    public void What_cannot_be_is_said_in_one_line(string text, string named)
    {
        string? wrong = EtcdPrefix.TryParse(text, out _);
        Assert.Contains(named, wrong, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong!);
    }

    [Fact]
    public void Commas_part_sources_and_members_of_one() =>
        Assert.Equal(
            ["dns:a", "etcd:http://a,b:1,http://c/x", "etcd:http://d/y", "dns:b:1"],
            DiscoveryOptions.Rejoin("dns:a,etcd:http://a,b:1,http://c/x,etcd:http://d/y,dns:b:1".Split(',')));
}
