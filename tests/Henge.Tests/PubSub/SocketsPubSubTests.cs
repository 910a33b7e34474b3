using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.PubSub;

[Collection(TransportCollection.Name)]
public sealed class SocketsPubSubTests : PubSubTransportTests
{
    protected override TransportKind Kind => TransportKind.Sockets;
}
