using Xunit;

namespace Henge.Tests.Transport;

[Collection(TransportCollection.Name)]
public sealed class SocketsTransportTests : TransportTests
{
    protected override TransportKind Kind => TransportKind.Sockets;
}
