using System.Buffers;
using System.Globalization;

using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.AspNetCore.Ring;
using Henge.Routing.Calls;
using Henge.Security;
using Henge.Tags;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>
/// <c>/v1/cache</c> itself: a page of keys with GET, deletion by prefix, by tag or of everything with DELETE.
/// </summary>
internal sealed class ListingRoutes
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const int ScanStep = 256;

    private readonly HengeNode _node;
    private readonly int _keysPerPage;
    private readonly int _pieceBytes;
    private readonly RingListing? _ring;

    internal ListingRoutes(HengeNode node, HttpLimits limits, RingRequests? ring)
    {
        _ring = ring is null ? null : new RingListing(node, ring);
        _node = node;
        _keysPerPage = limits.ListingKeys;
        _pieceBytes = limits.PieceBytes;
    }

    /// <summary>Lists or deletes, by the method.</summary>
    public Task RouteAsync(HttpContext context, User user, ReadOnlySpan<char> query)
    {
        bool delete = HttpMethods.IsDelete(context.Request.Method);
        QueryNames known = QueryNames.Enc
            | (delete
                ? QueryNames.Prefix | QueryNames.All | QueryNames.Tag
                : QueryNames.Match | QueryNames.Cursor | QueryNames.Limit);
        if (QueryOptions.TryParse(query, known, out QueryOptions options) is { } wrong)
        {
            return wrong.WriteAsync(context);
        }
        return delete ? Delete(context, user, options, query) : List(context, user, options);
    }

    private Task List(HttpContext context, User user, scoped in QueryOptions query)
    {
        ulong cursor = 0;
        int limit = DefaultLimit;
        if (query.Has(QueryNames.Cursor)
            && !ulong.TryParse(query.Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out cursor))
        {
            return Problems.BadQuery("'cursor' must be one that the last page gave.").WriteAsync(context);
        }
        if (query.Has(QueryNames.Limit)
            && (!int.TryParse(query.Limit, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                || limit is < 1 or > MaxLimit))
        {
            return Problems.BadQuery("'limit' must be 1 to 1000.").WriteAsync(context);
        }
        if (!TryBytes(query.Match, out byte[] match))
        {
            return Problems.BadKeyEncoding.WriteAsync(context);
        }
        if (user.HasPrefixes && !(query.Has(QueryNames.Match) && user.MayMatch(match)))
        {
            return Problems.ForbiddenKey.WriteAsync(context);
        }
        if (_ring is { IsShared: true })
        {
            byte[]? pattern = query.Has(QueryNames.Match) ? match : null;
            return ListRingAsync(context, _ring, cursor, pattern, limit, query.KeysAreBase64);
        }
        var page = new KeyCollector(query.Has(QueryNames.Match) ? match : null, prefix: null);
        int looked = 0;
        do
        {
            // Both bounds count, so that a pattern that matches little does not walk the whole store in one request.
            int step = Math.Min(ScanStep, limit - page.Count);
            cursor = _node.Store.Scan(cursor, step, _node.NowMs, ref page);
            looked += step;
        }
        while (cursor != 0 && page.Count < limit && looked < _keysPerPage);
        var json = new ArrayBufferWriter<byte>(4096);
        page.Write(json, query.KeysAreBase64, cursor);
        return JsonReply.WriteLongAsync(context, json.WrittenMemory, _pieceBytes);
    }

    private Task Delete(
        HttpContext context, User user, scoped in QueryOptions query, ReadOnlySpan<char> text)
    {
        bool all = query.Has(QueryNames.All);
        bool hasPrefix = query.Has(QueryNames.Prefix);
        bool hasTags = query.Has(QueryNames.Tag);
        int said = (all ? 1 : 0) + (hasPrefix ? 1 : 0) + (hasTags ? 1 : 0);
        if (said != 1 || (all && query.All is not "true"))
        {
            return Problems.BadQuery("Say what to delete: either prefix=p, tag=t or all=true.").WriteAsync(context);
        }
        if (user.HasPrefixes && !hasPrefix)
        {
            // Who has a tag cannot be told before it is gone.
            return Problems.ForbiddenKey.WriteAsync(context);
        }
        if (hasTags)
        {
            return TagText.TryRead(text, out List<string> tags) is { } bad
                ? bad.WriteAsync(context) : InvalidateAsync(context, tags);
        }
        if (all && _ring is not null && !_ring.TryWriteHere())
        {
            return DeleteRingAsync(context, _ring);
        }
        if (all)
        {
            return JsonReply.WriteNumberAsync(context, "deleted"u8, DeleteHere());
        }
        Span<byte> buffer = query.Prefix.Length <= KeyText.OnStack
            ? stackalloc byte[KeyText.OnStack]
            : new byte[query.Prefix.Length];
        bool base64 = query.KeysAreBase64;
        Problem? wrong = KeyText.TryDecode(query.Prefix, base64, inQuery: true, buffer, out ReadOnlySpan<byte> prefix);
        if (wrong is null && !user.MayTouch(prefix))
        {
            wrong = Problems.ForbiddenKey;
        }
        return wrong?.WriteAsync(context) ?? DeletePrefixAsync(context, prefix.ToArray());
    }

    /// <summary>Makes what has any of the tags stale in the whole ring; how much that is, nobody counts.</summary>
    private async Task InvalidateAsync(HttpContext context, List<string> tags)
    {
        try
        {
            await _node.Tags.InvalidateAsync(tags, TagNames.Mark, context.RequestAborted).ConfigureAwait(false);
            context.Response.StatusCode = 204;
        }
        catch (HengeException)
        {
            await Problems.InvalidationUncertain.WriteAsync(context).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Deletes in steps, other requests in between: keys written meanwhile under the prefix may stay. When the client
    /// goes away it stops.
    /// </summary>
    private async Task DeletePrefixAsync(HttpContext context, byte[] prefix)
    {
        long deleted = 0;
        ulong cursor = 0;
        do
        {
            var found = new KeyCollector(match: null, prefix);
            Problem? problem = null;
            if (_ring is not null && !_ring.TryWriteHere())
            {
                byte[] pattern = RingPages.PatternOf(prefix);
                (cursor, problem) = await _ring.PageAsync(cursor, pattern, ScanStep, found).ConfigureAwait(false);
                (long gone, Problem? failed) = await _ring.DeleteAsync(found.Keys).ConfigureAwait(false);
                deleted += gone;
                problem ??= failed;
            }
            else
            {
                try
                {
                    cursor = _node.Store.Scan(cursor, ScanStep, _node.NowMs, ref found);
                    deleted += DeleteKeys(found);
                }
                finally
                {
                    _ring?.EndWriteHere();
                }
            }
            if (problem is not null)
            {
                await problem.WriteAsync(context).ConfigureAwait(false);
                return;
            }
            await Task.Yield();
            context.RequestAborted.ThrowIfCancellationRequested();
        }
        while (cursor != 0);
        await JsonReply.WriteNumberAsync(context, "deleted"u8, deleted).ConfigureAwait(false);
    }

    private async Task ListRingAsync(
        HttpContext context, RingListing ring, ulong cursor, byte[]? pattern, int limit, bool base64)
    {
        var page = new KeyCollector(match: null, prefix: null);
        Problem? problem;
        int looked = 0;
        do
        {
            int step = Math.Clamp(limit - page.Count, 1, ScanStep);
            (cursor, problem) = await ring.PageAsync(cursor, pattern, step, page).ConfigureAwait(false);
            looked += step;
        }
        while (problem is null && cursor != 0 && page.Count < limit && looked < _keysPerPage);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }
        var json = new ArrayBufferWriter<byte>(4096);
        page.Write(json, base64, cursor);
        await JsonReply.WriteLongAsync(context, json.WrittenMemory, _pieceBytes).ConfigureAwait(false);
    }

    private static async Task DeleteRingAsync(HttpContext context, RingListing ring)
    {
        (long deleted, Problem? problem) = await ring.DeleteAllAsync().ConfigureAwait(false);
        Task written = problem?.WriteAsync(context) ?? JsonReply.WriteNumberAsync(context, "deleted"u8, deleted);
        await written.ConfigureAwait(false);
    }

    private long DeleteHere()
    {
        try
        {
            long count = _node.Store.Count;
            _node.Store.Clear();
            _node.Leases.Clear();
            return count;
        }
        finally
        {
            _ring?.EndWriteHere();
        }
    }

    private long DeleteKeys(in KeyCollector found)
    {
        long deleted = 0;
        long nowMs = _node.NowMs;
        foreach (byte[] key in found.Keys)
        {
            using Storage.EntryScope entry = _node.Store.Open(key, nowMs);
            deleted += entry.Delete() ? 1 : 0;
        }
        return deleted;
    }

    private static bool TryBytes(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        if (!PercentEncoding.TryDecode(text, plusIsSpace: true, bytes, out int length))
        {
            return false;
        }
        Array.Resize(ref bytes, length);
        return true;
    }
}
