using Henge.Diagnostics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Henge.AspNetCore;

/// <summary>The node of an application among its health checks.</summary>
public static class HengeHealthChecks
{
    /// <summary>
    /// Adds <see cref="HengeHealthCheck"/>: <c>services.AddHealthChecks().AddHenge()</c>, beside
    /// <c>services.AddHenge(…)</c>.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="failureStatus">What it says when calls on the cache fail; null: unhealthy.</param>
    /// <param name="tags">Tags to pick it by, such as "ready".</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="name"/> is
    /// null.</exception>
    public static IHealthChecksBuilder AddHenge(
        this IHealthChecksBuilder builder,
        string name = "henge",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        return builder.AddCheck<HengeHealthCheck>(name, failureStatus, tags ?? []);
    }
}
