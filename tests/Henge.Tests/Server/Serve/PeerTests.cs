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
}
