using Henge.Security;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>One path that is served.</summary>
/// <param name="Template">The path as the OpenAPI document has it.</param>
/// <param name="Allow">Its methods, as an Allow header.</param>
/// <param name="Reads">The least role that may GET it.</param>
/// <param name="Changes">The least role that may use its other methods.</param>
internal sealed record HttpRoute(
    string Template, string Allow, Role Reads = Role.Read, Role Changes = Role.Write)
{
    /// <summary>The starting program's read.</summary>
    public static readonly HttpRoute Get = new("/get", "GET, HEAD, OPTIONS");

    /// <summary>The starting program's write.</summary>
    public static readonly HttpRoute Set = new("/set", "POST, OPTIONS");

    /// <summary>All entries: listing, and deletion of many.</summary>
    public static readonly HttpRoute Cache = new("/v1/cache", "GET, HEAD, DELETE, OPTIONS");

    /// <summary>One entry.</summary>
    public static readonly HttpRoute Entry = new("/v1/cache/{key}", "GET, HEAD, PUT, DELETE, OPTIONS");

    /// <summary>Add to an integer.</summary>
    public static readonly HttpRoute Increment = new("/v1/cache/{key}:incr", "POST, OPTIONS");

    /// <summary>New expiry.</summary>
    public static readonly HttpRoute Touch = new("/v1/cache/{key}:touch", "POST, OPTIONS");

    /// <summary>Add to the end of a value.</summary>
    public static readonly HttpRoute Append = new("/v1/cache/{key}:append", "POST, OPTIONS");

    /// <summary>Read many.</summary>
    public static readonly HttpRoute MultiGet = new("/v1/cache:mget", "POST, OPTIONS", Changes: Role.Read);

    /// <summary>Write many.</summary>
    public static readonly HttpRoute MultiSet = new("/v1/cache:mset", "POST, OPTIONS");

    /// <summary>Delete many.</summary>
    public static readonly HttpRoute MultiDelete = new("/v1/cache:mdelete", "POST, OPTIONS");

    /// <summary>Counters and sizes.</summary>
    public static readonly HttpRoute Stats = new("/v1/stats", "GET, HEAD, OPTIONS");

    /// <summary>What other sizes of memory would do.</summary>
    public static readonly HttpRoute Sizing = new("/v1/sizing", "GET, HEAD, OPTIONS");

    /// <summary>The keys in most use, and the largest entries.</summary>
    public static readonly HttpRoute HotKeys = new("/v1/hotkeys", "GET, HEAD, OPTIONS");

    /// <summary>The ring.</summary>
    public static readonly HttpRoute Cluster = new("/v1/cluster", "GET, HEAD, OPTIONS");

    /// <summary>Who holds which slots.</summary>
    public static readonly HttpRoute ClusterSlots = new("/v1/cluster/slots", "GET, HEAD, OPTIONS");

    /// <summary>Everything that is counted, for Prometheus.</summary>
    public static readonly HttpRoute Metrics = new("/metrics", "GET, HEAD, OPTIONS");

    /// <summary>Whether the process answers.</summary>
    public static readonly HttpRoute Health = new("/healthz", "GET, HEAD, OPTIONS", Reads: Role.None);

    /// <summary>Whether the node serves.</summary>
    public static readonly HttpRoute Ready = new("/readyz", "GET, HEAD, OPTIONS");

    /// <summary>The OpenAPI document.</summary>
    public static readonly HttpRoute OpenApi = new("/openapi/v1.json", "GET, HEAD, OPTIONS");

    /// <summary>The dashboard.</summary>
    public static readonly HttpRoute Index = new("/", "GET, HEAD, OPTIONS");

    /// <summary>The dashboard where an application has a page of its own at its root.</summary>
    public static readonly HttpRoute Dashboard = new("/dashboard", "GET, HEAD, OPTIONS");

    /// <summary>What it is made of.</summary>
    public static readonly HttpRoute DashboardFile = new("/dashboard/{file}", "GET, HEAD, OPTIONS");

    /// <summary>What it shows, once a second.</summary>
    public static readonly HttpRoute Events = new("/v1/events", "GET, HEAD, OPTIONS");

    /// <summary>One entry as its owner sees it.</summary>
    public static readonly HttpRoute Inspect = new("/v1/inspect/{key}", "GET, HEAD, OPTIONS");

    /// <summary>Every path.</summary>
    public static readonly IReadOnlyList<HttpRoute> All =
    [
        Get, Set, Cache, Entry, Increment, Touch, Append, MultiGet, MultiSet, MultiDelete,
        Stats, Sizing, HotKeys, Cluster, ClusterSlots, Events, Inspect, Metrics, Health, Ready, OpenApi,
        Index, Dashboard, DashboardFile,
    ];

    /// <summary>The least role that may use a method of it.</summary>
    public Role Needs(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) ? Reads : Changes;
}
