using Xunit;

namespace Henge.Tests.Transport.Tls;

[Collection(TransportCollection.Name)]
public sealed class EpollTlsTests : TlsTests
{
    protected override TransportKind Kind => TransportKind.Epoll;
}
