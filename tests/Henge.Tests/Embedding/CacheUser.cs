using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Hosting;

namespace Henge.Tests.Embedding;

/// <summary>A service of an application that uses the cache while it starts and while it stops.</summary>
internal sealed class CacheUser : IHostedService
{
    public IDistributedCache Cache { get; set; } = null!;

    public byte[]? AtStart { get; private set; }

    public byte[]? AtStop { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Cache.SetAsync("k", [1], new(), cancellationToken);
        AtStart = await Cache.GetAsync("k", cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken) =>
        AtStop = await Cache.GetAsync("k", cancellationToken);
}
