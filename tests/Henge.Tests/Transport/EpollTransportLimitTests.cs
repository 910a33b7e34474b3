using Xunit;

namespace Henge.Tests.Transport;

[Collection(TransportCollection.Name)]
public sealed class EpollTransportLimitTests : TransportLimitTests
{
    protected override TransportKind Kind => TransportKind.Epoll;
}
