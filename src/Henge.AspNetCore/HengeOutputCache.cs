using Henge.AspNetCore.OutputCaching;

using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Henge.AspNetCore;

/// <summary>Output caching over the ring.</summary>
public static class HengeOutputCache
{
    /// <summary>
    /// Adds the platform's output caching with its responses in the ring, in place of any store registered before: one
    /// instance makes a response, all of them serve it, and <see cref="IOutputCacheStore.EvictByTagAsync"/> through any
    /// of them has evicted it everywhere when it ends. Policies are set with <c>AddOutputCache</c> as ever;
    /// <c>UseOutputCache</c> adds the middleware.
    /// </summary>
    /// <param name="services">Services that have a node (<see cref="HengeServices.AddHenge(IServiceCollection)"/>),
    /// registered before or after.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <remarks>
    /// Keys and tags have the prefix "output:". A response is stored with <c>ResponseExpirationTimeSpan</c>; it may be
    /// evicted before, as any entry. Where the ring cannot answer, the middleware logs and has the response made.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IServiceCollection AddHengeOutputCache(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOutputCache();
        services.RemoveAll<IOutputCacheStore>();
        services.AddSingleton<IOutputCacheStore>(static provider => new HengeOutputCacheStore(
            provider.GetRequiredService<HengeNode>()));
        return services;
    }
}
