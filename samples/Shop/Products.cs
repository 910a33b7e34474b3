using System.Diagnostics;

using Microsoft.Extensions.Caching.Hybrid;

namespace Shop;

/// <summary>The shop's products: from the cache that all instances share, or from the warehouse.</summary>
public sealed class Products(HybridCache cache, Warehouse warehouse)
{
    private static readonly HybridCacheEntryOptions s_minutes = new() { Expiration = TimeSpan.FromMinutes(10) };

    /// <summary>Reads a product. Of all who miss one in all instances, one asks the warehouse.</summary>
    public async Task<Answer> GetAsync(int id, CancellationToken cancellationToken)
    {
        bool isLookedUp = false;
        long began = Stopwatch.GetTimestamp();
        Product? product = await cache.GetOrCreateAsync(
            KeyOf(id),
            async token =>
            {
                isLookedUp = true;
                return await warehouse.FindAsync(id, token);
            },
            s_minutes,
            cancellationToken: cancellationToken);
        return new Answer(product, Stopwatch.GetElapsedTime(began).TotalMilliseconds, isLookedUp);
    }

    /// <summary>Reads the first so many, all at once: those that are missing are looked up together.</summary>
    public Task<Answer[]> GetFirstAsync(int count, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(1, count).Select(id => GetAsync(id, cancellationToken)));

    /// <summary>Changes a price: soon after this ends, no instance answers the former one.</summary>
    public async Task SetPriceAsync(int id, decimal price, CancellationToken cancellationToken)
    {
        await warehouse.SetPriceAsync(id, price, cancellationToken);
        await cache.RemoveAsync(KeyOf(id), cancellationToken);
    }

    private static string KeyOf(int id) => $"product:{id}";
}
