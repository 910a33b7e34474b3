using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Henge.AspNetCore.Hosting;

/// <summary>
/// What Kestrel runs for each request: the API and nothing around it. The usual host adds a service scope, an activity
/// and log scopes per request, which cost more than a GET. The context object lives as long as its connection.
/// </summary>
internal sealed class HttpApplication : IHttpApplication<DefaultHttpContext>
{
    private readonly HttpApi _api;

    internal HttpApplication(HttpApi api) => _api = api;

    /// <inheritdoc/>
    public DefaultHttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is not IHostContextContainer<DefaultHttpContext> container)
        {
            return new DefaultHttpContext(contextFeatures);
        }
        if (container.HostContext is not { } context)
        {
            context = new DefaultHttpContext(contextFeatures);
            container.HostContext = context;
            return context;
        }
        context.Initialize(contextFeatures);
        return context;
    }

    /// <inheritdoc/>
    public Task ProcessRequestAsync(DefaultHttpContext context) => _api.HandleAsync(context);

    /// <inheritdoc/>
    public void DisposeContext(DefaultHttpContext context, Exception? exception) => context.Uninitialize();
}
