using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.PubSub;

[Collection(TransportCollection.Name)]
public sealed class EpollPubSubTests : PubSubTransportTests
{
    protected override TransportKind Kind => TransportKind.Epoll;
}
