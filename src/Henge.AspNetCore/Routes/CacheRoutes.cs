using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.AspNetCore.Ring;
using Henge.Security;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>Everything under <c>/v1/cache</c>.</summary>
internal sealed class CacheRoutes
{
    private readonly EntryReader _reader;
    private readonly EntryWriter _writer;
    private readonly EntryVerbs _verbs;
    private readonly BulkRoutes _bulk;
    private readonly ListingRoutes _listing;
    private readonly RingRequests? _ring;
    private readonly LeasedReader? _leased;

    internal CacheRoutes(
        HengeNode node, EntryWriter writer, BodyBudget budget, ContentTypes contentTypes, HttpLimits limits,
        RingRequests? ring)
    {
        _ring = ring;
        _writer = writer;
        _reader = new EntryReader(node, contentTypes, limits);
        // The owner that carries a request out for another node is asked for values alone.
        _leased = ring is null ? null : new LeasedReader(node, _reader, ring);
        _verbs = new EntryVerbs(node, budget, ring);
        _bulk = new BulkRoutes(node, writer, budget, contentTypes, limits, ring);
        _listing = new ListingRoutes(node, limits, ring);
    }

    /// <summary>Routes by what follows <c>/v1/cache</c>: a key, a call on many, or nothing.</summary>
    public Task RouteAsync(
        HttpContext context, User user, ReadOnlySpan<char> rest, ReadOnlySpan<char> query)
    {
        if (rest.IsEmpty)
        {
            return MethodRules.Answer(context, HttpRoute.Cache, user) ?? _listing.RouteAsync(context, user, query);
        }
        if (rest[0] == '/')
        {
            return rest[1..].Contains('/')
                ? Problems.SlashInKey.WriteAsync(context)
                : RouteEntry(context, user, rest[1..], query);
        }
        return rest switch
        {
            ":mget" => RouteBulk(context, user, HttpRoute.MultiGet, query),
            ":mset" => RouteBulk(context, user, HttpRoute.MultiSet, query),
            ":mdelete" => RouteBulk(context, user, HttpRoute.MultiDelete, query),
            _ => Problems.NoSuchPath.WriteAsync(context),
        };
    }

    /// <summary>Refuses a query where a route takes none; null when there is none.</summary>
    public static Task? NoQuery(HttpContext context, ReadOnlySpan<char> query) =>
        QueryOptions.TryParse(query, QueryNames.None, out _)?.WriteAsync(context);

    private Task RouteEntry(
        HttpContext context, User user, ReadOnlySpan<char> text, ReadOnlySpan<char> query)
    {
        HttpRoute route = HttpRoute.Entry;
        if (HttpMethods.IsPost(context.Request.Method) && VerbOf(text) is { } verb)
        {
            // The verb is the last part after a colon, and only of a POST: keys may have colons of their own.
            text = text[..text.LastIndexOf(':')];
            route = verb;
        }
        if (MethodRules.Answer(context, route, user) is { } answered)
        {
            return answered;
        }
        QueryNames known = QueryNames.Enc | OptionsOf(route, context.Request.Method);
        if (QueryOptions.TryParse(query, known, out QueryOptions options) is { } wrong)
        {
            return wrong.WriteAsync(context);
        }
        if (text.Length > KeyText.OnStack)
        {
            return RouteKey(context, user, route, text, options, new byte[text.Length]);
        }
        Span<byte> buffer = stackalloc byte[KeyText.OnStack];
        return RouteKey(context, user, route, text, options, buffer);
    }

    private Task RouteKey(
        HttpContext context, User user, HttpRoute route, ReadOnlySpan<char> text, scoped in QueryOptions options,
        scoped Span<byte> buffer)
    {
        bool base64 = options.KeysAreBase64;
        if (KeyText.TryDecode(text, base64, inQuery: false, buffer, out ReadOnlySpan<byte> key) is { } wrong)
        {
            return wrong.WriteAsync(context);
        }
        if (!user.MayTouch(key))
        {
            return Problems.ForbiddenKey.WriteAsync(context);
        }
        string method = context.Request.Method;
        if (user.Role < Role.Write && options.Has(QueryNames.Lease))
        {
            // A lease is the right to fill the key, and keeps others from it.
            return Problems.Forbidden.WriteAsync(context);
        }
        if (_leased is not null && (options.Present & QueryNames.Leases) != 0)
        {
            return LeaseQuery.TryParse(options, out int leaseMs, out int waitMs) is { } bad
                ? bad.WriteAsync(context)
                : _leased.ReadAsync(context, key.ToArray(), leaseMs, waitMs);
        }
        bool writes = !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method);
        if (_ring is null)
        {
            return RunHere(context, route, key, options);
        }
        if (!writes)
        {
            return _ring.TakesRead(key)
                ? _ring.SendAsync(context, key.ToArray(), writes)
                : RunHere(context, route, key, options);
        }
        if (!_ring.TryWriteHere())
        {
            return _ring.SendAsync(context, key.ToArray(), writes);
        }
        try
        {
            // Those that must first receive a body ask again when they have it.
            return RunHere(context, route, key, options);
        }
        finally
        {
            _ring.EndWriteHere();
        }
    }

    private Task RunHere(
        HttpContext context, HttpRoute route, scoped ReadOnlySpan<byte> key, scoped in QueryOptions options)
    {
        string method = context.Request.Method;
        if (ReferenceEquals(route, HttpRoute.Entry))
        {
            if (HttpMethods.IsPut(method))
            {
                return _writer.PutAsync(context, key, options);
            }
            return HttpMethods.IsDelete(method)
                ? _writer.DeleteAsync(context, key)
                : _reader.ReadAsync(context, key);
        }
        if (MediaType.IsForm(context.Request.ContentType))
        {
            return Problems.FormRefused.WriteAsync(context);
        }
        if (ReferenceEquals(route, HttpRoute.Increment))
        {
            return _verbs.IncrementAsync(context, key, options);
        }
        return ReferenceEquals(route, HttpRoute.Touch)
            ? _verbs.TouchAsync(context, key, options)
            : _verbs.AppendAsync(context, key.ToArray());
    }

    private Task RouteBulk(HttpContext context, User user, HttpRoute route, ReadOnlySpan<char> query) =>
        MethodRules.Answer(context, route, user) ?? _bulk.RouteAsync(context, user, route, query);

    private static HttpRoute? VerbOf(ReadOnlySpan<char> text)
    {
        int colon = text.LastIndexOf(':');
        return colon < 0 ? null : text[(colon + 1)..] switch
        {
            "incr" => HttpRoute.Increment,
            "touch" => HttpRoute.Touch,
            "append" => HttpRoute.Append,
            _ => null,
        };
    }

    private static QueryNames OptionsOf(HttpRoute route, string method)
    {
        if (ReferenceEquals(route, HttpRoute.Increment))
        {
            return QueryNames.By;
        }
        if (ReferenceEquals(route, HttpRoute.Touch))
        {
            return QueryNames.Ttl | QueryNames.Expires;
        }
        return HttpMethods.IsPut(method) ? QueryNames.Lifetime
            : HttpMethods.IsGet(method) ? QueryNames.Leases : QueryNames.None;
    }
}
