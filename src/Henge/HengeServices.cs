using System.Diagnostics.Metrics;

using Henge.Caching;
using Henge.Caching.Engine;
using Henge.Caching.Levels;
using Henge.Diagnostics;
using Henge.Embedding;

using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Henge;

/// <summary>Adds a node of a ring, and the caches that use it, to an application.</summary>
public static class HengeServices
{
    /// <summary>
    /// Runs a node in this process: it starts before the application serves and hands over what it holds after the
    /// application has stopped serving. Registers <see cref="HengeCache"/>, <see cref="HybridCache"/>,
    /// <see cref="IDistributedCache"/> and <see cref="IBufferDistributedCache"/> (in place of any registered before),
    /// <see cref="HengeHealthCheck"/>, the meter and the activity source "Henge".
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <remarks>
    /// Called again it adds no second node: all calls configure the one, in their order, so the last to set an option
    /// wins. Options are checked when the host starts; one that cannot be is an
    /// <see cref="OptionsValidationException"/> of one line. A node that cannot listen ends the start of the host with
    /// a <see cref="HengeStartException"/>. docs/dotnet.md has options, guarantees and failure behaviour.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IServiceCollection AddHenge(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<HengeOptions>().ValidateOnStart();
        if (services.Any(static service => service.ServiceType == typeof(HengeNode)))
        {
            return services;
        }
        services.AddSingleton<IPostConfigureOptions<HengeOptions>, ApplicationDefaults>();
        services.AddSingleton<IValidateOptions<HengeOptions>, OptionsCheck>();
        services.AddSingleton(static provider => new HengeNode(
            provider.GetRequiredService<IOptions<HengeOptions>>().Value,
            provider.GetService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()));
        services.AddSingleton<IHostedService>(static provider => new NodeService(
            provider.GetRequiredService<HengeNode>(),
            provider.GetRequiredService<CacheEngine>(),
            provider.GetService<IMeterFactory>()));
        services.AddSingleton(static provider => new CacheEngine(
            provider.GetRequiredService<HengeNode>(), new Codecs(provider)));
        services.AddSingleton<HybridCache>(static provider => new HengeHybridCache(
            provider.GetRequiredService<CacheEngine>()));
        services.AddSingleton(static provider => new HengeCache(provider.GetRequiredService<CacheEngine>()));
        services.AddSingleton(static provider => new HengeDistributedCache(
            provider.GetRequiredService<HengeNode>()));
        services.AddSingleton<IDistributedCache>(static provider =>
            provider.GetRequiredService<HengeDistributedCache>());
        services.AddSingleton<IBufferDistributedCache>(static provider =>
            provider.GetRequiredService<HengeDistributedCache>());
        services.AddSingleton(static provider => new HengeHealthCheck(provider.GetRequiredService<HengeNode>()));
        return services;
    }

    /// <summary>As <see cref="AddHenge(IServiceCollection)"/>, with options.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options; runs once, when they are first needed.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IServiceCollection AddHenge(this IServiceCollection services, Action<HengeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddHenge();
        return services.Configure(configure);
    }

    /// <summary>
    /// As <see cref="AddHenge(IServiceCollection)"/>, with options of a section whose names are those of the command
    /// line: <c>"Henge": { "port": 7400, "peers": ["host:7400"], "memory": "256mb", "leave-timeout": "10s" }</c>. Case
    /// and dashes do not matter. Sizes are bytes or have a unit, times have a unit or are <c>hh:mm:ss</c>, lists are
    /// arrays or have commas. Read once: the node does not follow later changes.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="section">The section; an empty one sets nothing.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IServiceCollection AddHenge(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.AddHenge();
        return services.Configure<HengeOptions>(options => SectionBinder.Bind(section, options));
    }
}
