using Xunit;

namespace Henge.Tests.Transport;

[Collection(TransportCollection.Name)]
public sealed class EpollTransportTests : TransportTests
{
    protected override TransportKind Kind => TransportKind.Epoll;
}
