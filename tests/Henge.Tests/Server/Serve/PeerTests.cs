using System.Net;

using Henge.Server.Serve;

using Xunit;

namespace Henge.Tests.Server.Serve;

public sealed class PeerTests
{
    [Theory]
    [InlineData("localhost:8001", "localhost", 8001)]
    [InlineData("10.0.0.1:7400", "10.0.0.1", 7400)]
    [InlineData("[::1]:7400", "::1", 7400)]
    [InlineData("henge-0.henge.default.svc.cluster.local:7400", "henge-0.henge.default.svc.cluster.local", 7400)]
    public void An_address_is_read_and_written_back(string text, string host, int port)
    {
        Assert.Null(PeerAddress.TryParse(text, out PeerAddress address));
        Assert.Equal(new PeerAddress(host, port), address);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:8000", true)]
    [InlineData("127.0.0.1", "127.0.0.1:8001", false)]
    [InlineData("::1", "127.0.0.1:8000", false)]
    [InlineData("127.0.0.1", "0.0.0.0:8000", true)]
    [InlineData("192.0.2.7", "0.0.0.0:8000", false)]
    [InlineData("::1", "[::]:8000", true)]
    public void A_node_knows_its_own_address(string address, string listens, bool own) =>
        Assert.Equal(own, PeerWatch.IsOwn([IPAddress.Parse(address)], 8000, [IPEndPoint.Parse(listens)]));
}
