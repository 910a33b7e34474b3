using Henge.AspNetCore.Access;
using Henge.AspNetCore.Hosting;
using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.AspNetCore.Ring;
using Henge.AspNetCore.Routes;
using Henge.Peers;

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

    /// <summary>Creates the API of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="connections">Counts the connections where the node hosts HTTP itself; null inside an
    /// application.</param>
    public HttpApi(HengeNode node, HttpLimits limits, HttpConnectionCharge? connections = null)
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
        _cluster = new ClusterRoutes(node);
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
    }

    /// <summary>Answers a request. Completes synchronously wherever there is no body to wait for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="prefixSegments">Segments at the head of the path that belong to where the API is mapped.</param>
    public Task HandleAsync(HttpContext context, int prefixSegments = 0)
    {
        try
        {
            Task reply = Route(context, prefixSegments);
            return reply.IsCompletedSuccessfully ? reply : GuardAsync(context, reply);
        }
        catch (Exception e)
        {
            return FailAsync(context, e);
        }
    }

    private async Task GuardAsync(HttpContext context, Task reply)
    {
        try
        {
            await reply.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await FailAsync(context, e).ConfigureAwait(false);
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
        string? raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(raw))
        {
            // In-process test servers give no raw target.
            raw = context.Request.PathBase.ToUriComponent() + context.Request.Path.ToUriComponent()
                + context.Request.QueryString.ToUriComponent();
        }
        HttpTarget target = HttpTarget.Parse(raw, prefixSegments);
        if (target.Path.StartsWith("/v1/cache", StringComparison.Ordinal))
        {
            return _access?.Check(context, data: true) is { } refused
                ? Refuse(context, refused)
                : _cache.RouteAsync(context, target.Path["/v1/cache".Length..], target.Query);
        }
        return RouteOther(context, target);
    }

    /// <summary>
    /// Content-Length beside Transfer-Encoding: a proxy in front may have gone by the other one (request smuggling).
    /// Kestrel goes by the encoding, as it may, and leaves the length behind under another name.
    /// </summary>
    private static bool HasTwoLengths(IHeaderDictionary headers) =>
        headers.TransferEncoding.Count > 0
        && (headers.ContentLength is not null || headers.ContainsKey("X-Content-Length"));

    private Task RouteOther(HttpContext context, in HttpTarget target)
    {
        if (target.Path is "/healthz")
        {
            // Open to all: a health check has no password, and the answer holds nothing.
            return Answer(context, HttpRoute.Health) ?? NodeRoutes.HealthAsync(context);
        }
        bool data = target.Path is "/get" or "/set" or "/v1/stats" or "/v1/cluster" or "/v1/cluster/slots";
        if (_access?.Check(context, data) is { } refused)
        {
            return Refuse(context, refused);
        }
        switch (target.Path)
        {
            case "/get":
                return Answer(context, HttpRoute.Get) ?? Get(context, target.Query);
            case "/set":
                return Answer(context, HttpRoute.Set)
                    ?? CacheRoutes.NoQuery(context, target.Query) ?? _classic.SetAsync(context);
            case "/v1/stats":
                return Answer(context, HttpRoute.Stats) ?? _about.StatsAsync(context);
            case "/v1/cluster":
                return Answer(context, HttpRoute.Cluster) ?? _cluster.ClusterAsync(context);
            case "/v1/cluster/slots":
                return Answer(context, HttpRoute.ClusterSlots) ?? _cluster.SlotsAsync(context);
            case "/readyz":
                return Answer(context, HttpRoute.Ready) ?? _about.ReadyAsync(context);
            case "/openapi/v1.json":
                return Answer(context, HttpRoute.OpenApi) ?? NodeRoutes.OpenApiAsync(context);
            case "/":
                return Answer(context, HttpRoute.Index) ?? NodeRoutes.IndexAsync(context);
            case "*" when HttpMethods.IsOptions(context.Request.Method):
                context.Response.StatusCode = 204;
                context.Response.Headers.Allow = "GET, HEAD, POST, PUT, DELETE, OPTIONS";
                return Task.CompletedTask;
            default:
                return Problems.NoSuchPath.WriteAsync(context);
        }
    }

    private Task Get(HttpContext context, ReadOnlySpan<char> query) =>
        QueryOptions.TryParse(query, QueryNames.Key | QueryNames.Enc, out QueryOptions options) is { } wrong
            ? wrong.WriteAsync(context)
            : _classic.GetAsync(context, options);

    private static Task Refuse(HttpContext context, Problem problem)
    {
        if (problem.Status == 401)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"henge\", charset=\"UTF-8\"";
        }
        return problem.WriteAsync(context);
    }

    private static Task? Answer(HttpContext context, HttpRoute route) => MethodRules.Answer(context, route);
}
