using Xunit;

namespace Henge.Tests.Transport.Tls;

[Collection(TransportCollection.Name)]
public sealed class SocketsTlsTests : TlsTests
{
    protected override TransportKind Kind => TransportKind.Sockets;
}
