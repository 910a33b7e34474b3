using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Henge.AspNetCore;

/// <summary>The HTTP API among the endpoints of an application.</summary>
public static class HengeEndpoints
{
    // All but the index: the root of an application is its own.
    private static readonly string[] Patterns =
    [
        "/get", "/set", "/v1/{**rest}", "/healthz", "/readyz", "/openapi/v1.json", "/dashboard", "/dashboard/{file}",
    ];

    /// <summary>
    /// Maps <c>/get</c>, <c>/set</c>, everything under <c>/v1</c>, <c>/healthz</c>, <c>/readyz</c>,
    /// <c>/openapi/v1.json</c> and the dashboard at <c>/dashboard</c>; under a path of your own with
    /// <c>MapGroup("/cache").MapHenge()</c>. The node's own rules for access hold here too, before or after those of
    /// the application.
    /// </summary>
    /// <param name="endpoints">Where to map it; a node must be among its services.</param>
    /// <returns>All of it, for conventions such as RequireAuthorization.</returns>
    /// <exception cref="InvalidOperationException">No node is among the services.</exception>
    public static IEndpointConventionBuilder MapHenge(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        CancellationToken stopping =
            endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? default;
        var api = new HttpApi(
            endpoints.ServiceProvider.GetRequiredService<HengeNode>(), new HttpLimits(), stopping: stopping);
        RouteGroupBuilder group = endpoints.MapGroup("");
        foreach (string pattern in Patterns)
        {
            int own = pattern.Count('/');
            group.Map(pattern, context => api.HandleAsync(context, PrefixSegments(context, own)));
        }
        return group;
    }

    private static int PrefixSegments(HttpContext context, int own)
    {
        int mapped = context.GetEndpoint() is RouteEndpoint endpoint ? endpoint.RoutePattern.PathSegments.Count : own;
        return context.Request.PathBase.Value!.AsSpan().Count('/') + mapped - own;
    }
}
