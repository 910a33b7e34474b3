using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.Embedding;

[Collection(TransportCollection.Name)]
public sealed class EpollRingCacheTests : RingCacheTests
{
    protected override TransportKind Kind => TransportKind.Epoll;
}
