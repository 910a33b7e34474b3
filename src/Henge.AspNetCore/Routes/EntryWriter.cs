using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.AspNetCore.Ring;
using Henge.Entries;
using Henge.Entries.Leases;
using Henge.Storage;
using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>PUT and DELETE of <c>/v1/cache/{key}</c>, and the write that the other routes share.</summary>
internal sealed class EntryWriter
{
    private readonly HengeNode _node;
    private readonly BodyBudget _budget;
    private readonly RingRequests? _ring;

    internal EntryWriter(HengeNode node, BodyBudget budget, RingRequests? ring)
    {
        _node = node;
        _budget = budget;
        _ring = ring;
    }

    /// <summary>Stores the request's body.</summary>
    public Task PutAsync(HttpContext context, ReadOnlySpan<byte> key, scoped in QueryOptions query)
    {
        HttpRequest request = context.Request;
        if (TagText.TryRead(request.Headers, out byte[] tags) is { } badTag)
        {
            return badTag.WriteAsync(context);
        }
        if (LeaseQuery.TryRead(request, out LeaseToken lease) is { } bad)
        {
            return bad.WriteAsync(context);
        }
        string? contentType = request.ContentType;
        if (contentType is not null && !MediaType.CanBeKept(contentType))
        {
            return Problems.BadContentType.WriteAsync(context);
        }
        if (request.Headers.ContentRange.Count > 0)
        {
            // RFC 9110, 14.4: taking a part for the whole would destroy the value.
            return Problems.NotSupported("Content-Range on PUT is not supported; send the whole value.")
                .WriteAsync(context);
        }
        string? cacheControl = request.Headers.CacheControl is { Count: > 0 } header ? header.ToString() : null;
        return LifetimeQuery.TryParse(query, cacheControl, _node.NowMs, out Lifetime lifetime) is { } problem
            ? problem.WriteAsync(context)
            : PutBodyAsync(context, key.ToArray(), tags, contentType, lifetime, lease);
    }

    /// <summary>
    /// Deletes the entry: 204, or 404 where none is; then, too, the deletion is told to other copies and ends the key's
    /// lease.
    /// </summary>
    public Task DeleteAsync(HttpContext context, ReadOnlySpan<byte> key)
    {
        Preconditions conditions = Preconditions.Of(context.Request);
        bool found;
        bool allowed;
        using (EntryScope entry = _node.Store.Open(key, _node.NowMs))
        {
            found = entry.Found;
            allowed = conditions.AllowWrite(entry);
            if (allowed)
            {
                entry.Delete();
            }
        }
        if (!allowed)
        {
            return Problems.PreconditionFailed.WriteAsync(context);
        }
        if (!found)
        {
            return Problems.NoSuchKey.WriteAsync(context);
        }
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    /// <summary>Stores a value with its attributes, if the conditions hold.</summary>
    /// <returns>Null when it was stored.</returns>
    public Problem? Store(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<byte> tags, string? contentType,
        in Lifetime lifetime,
        in Preconditions conditions, out ulong version, out bool created)
    {
        long nowMs = _node.NowMs;
        Span<byte> buffer = tags.IsEmpty
            ? stackalloc byte[EntryAttributes.MaxLength] : new byte[EntryAttributes.LongestWith(tags)];
        // What fills a lease began to be loaded when that was given: tags invalidated since concern it.
        ulong begun = _node.Leases.BegunOf(key, conditions.Lease);
        int length = EntryAttributes.Write(
            tags, begun, contentType, lifetime.IdleMs, lifetime.Deadline(nowMs), buffer);
        scoped EntryScope entry = _node.Store.Open(key, nowMs);
        try
        {
            version = 0;
            created = !entry.Found;
            if (!conditions.AllowWrite(entry))
            {
                return Problems.PreconditionFailed;
            }
            bool isOld = begun != 0 && _node.Store.Staleness?.IsStale(buffer[..length], begun) == true;
            if (conditions.Lease != default && (!_node.Leases.Holds(key, conditions.Lease) || isOld))
            {
                return Problems.StaleLease;
            }
            WriteResult result = entry.Set(EntryType.String, value, lifetime.Expiry(nowMs), buffer[..length]);
            version = entry.Version;
            return Problems.Of(result);
        }
        finally
        {
            entry.Dispose();
        }
    }

    private async Task PutBodyAsync(
        HttpContext context, byte[] key, byte[] tags, string? contentType, Lifetime lifetime, LeaseToken lease)
    {
        using var body = new RequestBody(_budget);
        Problem? problem = await body.ReadAsync(context, _node.Store.MaxValueBytes, Problems.ValueTooLong)
            .ConfigureAwait(false);
        bool created = false;
        ulong version = 0;
        Preconditions conditions = Preconditions.Of(context.Request) with { Lease = lease };
        if (problem is null)
        {
            if (_ring is not null && !_ring.TryWriteHere())
            {
                await _ring.SendAsync(context, key, writes: true, body.Bytes).ConfigureAwait(false);
                return;
            }
            try
            {
                problem = Store(key, body.Bytes, tags, contentType, lifetime, conditions, out version, out created);
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
        context.Response.StatusCode = created ? 201 : 204;
        context.Response.Headers.ETag = EntityTag.Of(version);
    }
}
