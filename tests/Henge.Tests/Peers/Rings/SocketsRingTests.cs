using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.Peers.Rings;

[Collection(TransportCollection.Name)]
public sealed class SocketsRingTests : RingTests
{
    protected override TransportKind Kind => TransportKind.Sockets;
}
