using Henge.AspNetCore.Access;
using Henge.AspNetCore.Dashboard;
using Henge.AspNetCore.Hosting;
using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.AspNetCore.Ring;
using Henge.AspNetCore.Routes;
using Henge.Peers;
using Henge.Security;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Henge.AspNetCore;

/// <summary>
/// The HTTP API of a node: one request in, one reply out. It routes by itself, on the target as it was sent: endpoint
/// routing would cost as much as the rest of a GET and sees keys only after %2F and dot segments are folded.
/// </summary>
internal sealed class HttpApi
{
    private static readonly StringValues NoSniff = "nosniff";

    // Values may be HTML with script: nothing that is served here may load, run, submit or be framed.
    private static readonly StringValues Policy = "default-src 'none'; frame-ancestors 'none'; sandbox";

    private readonly HengeNode _node;
    private readonly AccessRules? _access;
    private readonly CacheRoutes _cache;
    private readonly ClassicRoutes _classic;
    private readonly NodeRoutes _about;
    private readonly ClusterRoutes _cluster;
    private readonly TopRoutes _tops;
    private readonly InspectRoutes _inspect;
    private readonly EventRoutes? _events;

    /// <summary>Creates the API of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="connections">Counts the connections where the node hosts HTTP itself; null inside an
    /// application.</param>
    /// <param name="stopping">Ends what lasts as long as somebody listens.</param>
    public HttpApi(
        HengeNode node, HttpLimits limits, HttpConnectionCharge? connections = null,
        CancellationToken stopping = default)
    {
        _node = node;
        var contentTypes = new ContentTypes();
        var budget = new BodyBudget(node.Store, limits);
        _access = new AccessRules(node);
        var owner = new HttpApi(node, limits, budget, contentTypes);
        var ring = new RingRequests(node, owner, budget, limits);
        var writer = new EntryWriter(node, budget, ring);
        node.Requests.Add(RequestKind.Http, (_, _, request) => HttpOperation.Read(owner, request));
        _classic = new ClassicRoutes(node, writer, budget, contentTypes, limits, ring);
        _cache = new CacheRoutes(node, writer, budget, contentTypes, limits, ring);
        _about = new NodeRoutes(node, connections);
        if (connections is not null)
        {
            node.Http.CountConnectionsBy(() => connections.Connections);
        }
        _cluster = new ClusterRoutes(node);
        _tops = new TopRoutes(node);
        _inspect = new InspectRoutes(node, ring);
        var feed = new SnapshotFeed(node, _cluster, limits.EventInterval, stopping);
        _events = new EventRoutes(node, feed, limits, stopping);
    }

    /// <summary>
    /// The API as the owner of a key runs it for the node that a request came to: that one has checked who asks, and
    /// nothing is sent on. Values are read in one piece, so that none can change between two.
    /// </summary>
    private HttpApi(HengeNode node, HttpLimits limits, BodyBudget budget, ContentTypes contentTypes)
    {
        _node = node;
        var writer = new EntryWriter(node, budget, ring: null);
        var whole = new HttpLimits { PieceBytes = int.MaxValue, BulkKeys = limits.BulkKeys };
        _classic = new ClassicRoutes(node, writer, budget, contentTypes, whole, ring: null);
        _cache = new CacheRoutes(node, writer, budget, contentTypes, whole, ring: null);
        _about = new NodeRoutes(node, connections: null);
        _cluster = new ClusterRoutes(node);
        _tops = new TopRoutes(node);
        _inspect = new InspectRoutes(node, ring: null);
    }

    /// <summary>Who listens to events now.</summary>
    public int Listeners => _events?.Listeners ?? 0;

    /// <summary>Answers a request. Completes synchronously wherever there is no body to wait for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="prefixSegments">Segments at the head of the path that belong to where the API is mapped.</param>
    public Task HandleAsync(HttpContext context, int prefixSegments = 0)
    {
        long began = _access is not null && _node.Options.Metrics ? _node.TimeProvider.GetTimestamp() : 0;
        try
        {
            Task reply = Route(context, prefixSegments);
            if (!reply.IsCompletedSuccessfully)
            {
                return GuardAsync(context, reply, began);
            }
            Count(context, began);
            return reply;
        }
        catch (Exception e)
        {
            return FailAsync(context, e, began);
        }
    }

    private async Task GuardAsync(HttpContext context, Task reply, long began)
    {
        try
        {
            await reply.ConfigureAwait(false);
            Count(context, began);
        }
        catch (Exception e)
        {
            await FailAsync(context, e, began).ConfigureAwait(false);
        }
    }

    private Task FailAsync(HttpContext context, Exception exception, long began)
    {
        Task reply = FailAsync(context, exception);
        Count(context, began);
        return reply;
    }

    /// <summary>Counts a request that came from outside, where metrics are on.</summary>
    private void Count(HttpContext context, long began)
    {
        if (began == 0)
        {
            return;
        }
        if (context.Response.ContentType == EventRoutes.ContentType)
        {
            // It took as long as somebody listened, which is no latency.
            _node.Http.Count(context.Request.Method, context.Response.StatusCode);
        }
        else
        {
            double took = _node.TimeProvider.GetElapsedTime(began).TotalNanoseconds;
            _node.Http.Count(context.Request.Method, context.Response.StatusCode, (long)took);
        }
    }

    /// <summary>
    /// The root of every request: what went wrong below becomes a reply where one can still be given.
    /// </summary>
    private Task FailAsync(HttpContext context, Exception exception)
    {
        if (context.RequestAborted.IsCancellationRequested || exception is IOException and not BadHttpRequestException)
        {
            // The client has gone; there is no one to answer.
            context.Abort();
            return Task.CompletedTask;
        }
        Problem problem = Problems.Failed;
        if (exception is BadHttpRequestException bad)
        {
            problem = Problems.BadRequest(bad.StatusCode, bad.Message);
        }
        else
        {
            Log.RequestFailed(_node.Logger, exception);
        }
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }
        context.Response.Clear();
        SetSafetyHeaders(context.Response.Headers);
        context.Response.Headers.Connection = "close";
        return problem.WriteAsync(context);
    }

    private static void SetSafetyHeaders(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = NoSniff;
        headers.ContentSecurityPolicy = Policy;
    }

    private Task Route(HttpContext context, int prefixSegments)
    {
        SetSafetyHeaders(context.Response.Headers);
        if (HasTwoLengths(context.Request.Headers))
        {
            context.Response.Headers.Connection = "close";
            return Problems.TwoLengths.WriteAsync(context);
        }
        HttpTarget target = TargetOf(context, prefixSegments);
        if (target.Path is "/healthz")
        {
            // Open to all: a health check has no password, and the answer holds nothing.
            return MethodRules.Answer(context, HttpRoute.Health, User.Peers) ?? NodeRoutes.HealthAsync(context);
        }
        if (_access is null)
        {
            return RouteAs(context, User.Peers, target);
        }
        return _access.Check(context, IsData(target.Path), out User? user) is { } refused ? Refuse(context, refused)
            : user is not null ? RouteAs(context, user, target)
            : CheckAndRouteAsync(context, _access, prefixSegments);
    }

    private async Task CheckAndRouteAsync(HttpContext context, AccessRules access, int prefixSegments)
    {
        (Problem? refused, User? user) = await access.CheckSlowlyAsync(context).ConfigureAwait(false);
        Task reply = refused is not null || user is null
            ? Refuse(context, refused ?? Problems.PasswordWanted)
            : RouteAs(context, user, TargetOf(context, prefixSegments));
        await reply.ConfigureAwait(false);
    }

    private static HttpTarget TargetOf(HttpContext context, int prefixSegments)
    {
        string? raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(raw))
        {
            // In-process test servers give no raw target.
            raw = context.Request.PathBase.ToUriComponent() + context.Request.Path.ToUriComponent()
                + context.Request.QueryString.ToUriComponent();
        }
        return HttpTarget.Parse(raw, prefixSegments);
    }

    private static bool IsData(ReadOnlySpan<char> path) =>
        path.StartsWith("/v1/", StringComparison.Ordinal) || path is "/get" or "/set" or "/metrics";

    private Task RouteAs(HttpContext context, User user, in HttpTarget target) =>
        target.Path.StartsWith("/v1/cache", StringComparison.Ordinal)
            ? _cache.RouteAsync(context, user, target.Path["/v1/cache".Length..], target.Query)
            : RouteOther(context, user, target);

    /// <summary>
    /// Content-Length beside Transfer-Encoding: a proxy in front may have gone by the other one (request smuggling).
    /// Kestrel goes by the encoding, as it may, and leaves the length behind under another name.
    /// </summary>
    private static bool HasTwoLengths(IHeaderDictionary headers) =>
        headers.TransferEncoding.Count > 0
        && (headers.ContentLength is not null || headers.ContainsKey("X-Content-Length"));

    private Task RouteOther(HttpContext context, User user, in HttpTarget target)
    {
        switch (target.Path)
        {
            case "/get":
                return MethodRules.Answer(context, HttpRoute.Get, user) ?? Get(context, user, target.Query);
            case "/set":
                return MethodRules.Answer(context, HttpRoute.Set, user)
                    ?? CacheRoutes.NoQuery(context, target.Query) ?? _classic.SetAsync(context, user);
            case "/v1/stats":
                return MethodRules.Answer(context, HttpRoute.Stats, user) ?? _about.StatsAsync(context);
            case "/v1/sizing":
                return MethodRules.Answer(context, HttpRoute.Sizing, user) ?? _about.SizingAsync(context);
            case "/v1/hotkeys":
                return MethodRules.Answer(context, HttpRoute.HotKeys, user)
                    ?? _tops.HotKeysAsync(context, user, target.Query);
            case "/v1/cluster":
                return MethodRules.Answer(context, HttpRoute.Cluster, user) ?? _cluster.ClusterAsync(context);
            case "/v1/cluster/slots":
                return MethodRules.Answer(context, HttpRoute.ClusterSlots, user) ?? _cluster.SlotsAsync(context);
            case "/metrics":
                return MethodRules.Answer(context, HttpRoute.Metrics, user) ?? _about.MetricsAsync(context);
            case "/readyz":
                return MethodRules.Answer(context, HttpRoute.Ready, user) ?? _about.ReadyAsync(context);
            case "/openapi/v1.json":
                return MethodRules.Answer(context, HttpRoute.OpenApi, user) ?? NodeRoutes.OpenApiAsync(context);
            case "/v1/events":
                return MethodRules.Answer(context, HttpRoute.Events, user) ?? Listen(context);
            case "/":
                return MethodRules.Answer(context, HttpRoute.Index, user) ?? DashboardFiles.PageAsync(context);
            case "/dashboard":
                return MethodRules.Answer(context, HttpRoute.Dashboard, user) ?? DashboardFiles.PageAsync(context);
            case "*" when HttpMethods.IsOptions(context.Request.Method):
                context.Response.StatusCode = 204;
                context.Response.Headers.Allow = "GET, HEAD, POST, PUT, DELETE, OPTIONS";
                return Task.CompletedTask;
            default:
                return RouteRest(context, user, target);
        }
    }

    /// <summary>Paths of which a part is a name.</summary>
    private Task RouteRest(HttpContext context, User user, in HttpTarget target)
    {
        const string Files = "/dashboard/";
        if (target.Path.StartsWith(InspectRoutes.Path, StringComparison.Ordinal))
        {
            return MethodRules.Answer(context, HttpRoute.Inspect, user)
                ?? _inspect.RouteAsync(context, user, target.Path[InspectRoutes.Path.Length..], target.Query);
        }
        return target.Path.StartsWith(Files, StringComparison.Ordinal)
            ? MethodRules.Answer(context, HttpRoute.DashboardFile, user)
                ?? DashboardFiles.FileAsync(context, target.Path[Files.Length..])
            : Problems.NoSuchPath.WriteAsync(context);
    }

    /// <summary>Streams events as long as who asked may ask again: its password may be changed meanwhile.</summary>
    private Task Listen(HttpContext context) => _events!.StreamAsync(
        context, () => _access!.Check(context, data: true, out User? user) is null && user is { Role: >= Role.Read });

    private Task Get(HttpContext context, User user, ReadOnlySpan<char> query) =>
        QueryOptions.TryParse(query, QueryNames.Key | QueryNames.Enc, out QueryOptions options) is { } wrong
            ? wrong.WriteAsync(context)
            : _classic.GetAsync(context, user, options);

    private static Task Refuse(HttpContext context, Problem problem)
    {
        if (problem.Status == 401)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"henge\", charset=\"UTF-8\"";
        }
        return problem.WriteAsync(context);
    }
}
