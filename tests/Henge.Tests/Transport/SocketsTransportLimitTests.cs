using Xunit;

namespace Henge.Tests.Transport;

[Collection(TransportCollection.Name)]
public sealed class SocketsTransportLimitTests : TransportLimitTests
{
    protected override TransportKind Kind => TransportKind.Sockets;
}
