using Microsoft.Extensions.Caching.Hybrid;

namespace Shop;

/// <summary>The shop's products: from the cache that all instances share, or from the warehouse.</summary>
public sealed class Products(HybridCache cache, Warehouse warehouse)
{
    private static readonly HybridCacheEntryOptions s_minutes = new() { Expiration = TimeSpan.FromMinutes(10) };

    /// <summary>Reads a product; null where there is none. Of all who miss one in all instances, one asks.</summary>
    public ValueTask<Product?> GetAsync(int id, CancellationToken cancellationToken) => cache.GetOrCreateAsync(
        KeyOf(id), async token => await warehouse.FindAsync(id, token), s_minutes,
        cancellationToken: cancellationToken);

    /// <summary>Changes a price: soon after this ends, no instance answers the former one.</summary>
    public async Task SetPriceAsync(int id, decimal price, CancellationToken cancellationToken)
    {
        await warehouse.SetPriceAsync(id, price, cancellationToken);
        await cache.RemoveAsync(KeyOf(id), cancellationToken);
    }

    private static string KeyOf(int id) => $"product:{id}";
}
