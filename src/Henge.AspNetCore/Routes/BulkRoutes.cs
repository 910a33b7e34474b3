using System.Text.Json;
using Henge.AspNetCore.Json;
using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.AspNetCore.Ring;
using Henge.Entries;
using Henge.Security;
using Henge.Tags;
using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>
/// <c>:mget</c>, <c>:mset</c> and <c>:mdelete</c>: many keys in one call, each with a status of its own. Each key is
/// atomic by itself, the call as a whole is not.
/// </summary>
internal sealed class BulkRoutes
{
    private readonly HengeNode _node;
    private readonly BodyBudget _budget;
    private readonly HttpLimits _limits;
    private readonly EntryWriter _writer;
    private readonly ContentTypes _contentTypes;
    private readonly RingBulk? _ring;

    internal BulkRoutes(
        HengeNode node, EntryWriter writer, BodyBudget budget, ContentTypes contentTypes, HttpLimits limits,
        RingRequests? ring)
    {
        _ring = ring is null ? null : new RingBulk(ring);
        _node = node;
        _writer = writer;
        _budget = budget;
        _contentTypes = contentTypes;
        _limits = limits;
    }

    /// <summary>Runs one of the three calls.</summary>
    public Task RouteAsync(HttpContext context, User user, HttpRoute route, ReadOnlySpan<char> query)
    {
        if (QueryOptions.TryParse(query, QueryNames.Enc, out QueryOptions options) is { } wrong)
        {
            return wrong.WriteAsync(context);
        }
        return MediaType.IsJson(context.Request.ContentType)
            ? RunAsync(context, user, route, options.KeysAreBase64)
            : Problems.JsonWanted.WriteAsync(context);
    }

    private async Task RunAsync(HttpContext context, User user, HttpRoute route, bool base64)
    {
        using var body = new RequestBody(_budget);
        long limit = HttpLimits.JsonBodyBytes(_node.Store.MaxValueBytes);
        Problem? problem = await body.ReadAsync(context, limit, Problems.BodyTooLong).ConfigureAwait(false);
        MultiSet? set = null;
        MultiKeys? keys = null;
        problem ??= Read(body.Bytes, ReferenceEquals(route, HttpRoute.MultiSet), out set, out keys);
        problem ??= MayTouch(user, set, keys, base64) ? null : Problems.ForbiddenKey;
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }
        context.Response.ContentType = "application/json";
        var reply = new BulkReply(context.Response.BodyWriter, _limits.PieceBytes);
        await using (reply.ConfigureAwait(false))
        {
            if (_ring is { IsShared: true })
            {
                await _ring.RunAsync(route, set, keys, base64, reply, context.RequestAborted).ConfigureAwait(false);
            }
            else if (set is not null)
            {
                await SetAsync(route, set, base64, reply, context.RequestAborted).ConfigureAwait(false);
            }
            else if (ReferenceEquals(route, HttpRoute.MultiGet))
            {
                await GetAsync(keys!, base64, reply, context.RequestAborted).ConfigureAwait(false);
            }
            else
            {
                await DeleteAsync(route, keys!, base64, reply, context.RequestAborted).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether every key is the user's: one that is not refuses the whole call.</summary>
    private static bool MayTouch(User user, MultiSet? set, MultiKeys? keys, bool base64)
    {
        if (!user.HasPrefixes)
        {
            return true;
        }
        IEnumerable<string?> texts = set?.Entries?.Select(static entry => entry?.Key) ?? keys?.Keys ?? [];
        return texts.All(text => KeyText.FromJson(text, base64, out byte[] key) is not null || user.MayTouch(key));
    }

    private Problem? Read(ReadOnlySpan<byte> json, bool isSet, out MultiSet? set, out MultiKeys? keys)
    {
        set = null;
        keys = null;
        int count;
        try
        {
            if (isSet)
            {
                set = JsonSerializer.Deserialize(json, HttpJson.Default.MultiSet);
                count = set?.Entries?.Length ?? -1;
            }
            else
            {
                keys = JsonSerializer.Deserialize(json, HttpJson.Default.MultiKeys);
                count = keys?.Keys?.Length ?? -1;
            }
        }
        catch (JsonException)
        {
            return Problems.BadJson;
        }
        if (count < 0)
        {
            return Problems.BadJson;
        }
        return count > _limits.BulkKeys ? Problems.TooManyKeys : null;
    }

    private async Task GetAsync(MultiKeys call, bool base64, BulkReply reply, CancellationToken cancellationToken)
    {
        foreach (string? text in call.Keys!)
        {
            if (KeyText.FromJson(text, base64, out byte[] key) is { } wrong)
            {
                reply.WriteStatus(text, wrong);
            }
            else
            {
                reply.WriteEntry(text!, key, call.Text, _node, _contentTypes);
            }
            await reply.FlushWhenFullAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SetAsync(
        HttpRoute route, MultiSet call, bool base64, BulkReply reply, CancellationToken cancellationToken)
    {
        MultiSetEntry[] entries = call.Entries!;
        for (int i = 0; i < entries.Length; i++)
        {
            MultiSetEntry? entry = entries[i];
            ulong version = 0;
            bool created = false;
            Problem? problem;
            if (_ring is not null && !_ring.TryWriteHere())
            {
                var rest = new MultiSet { Entries = entries[i..] };
                await _ring.RunAsync(route, rest, null, base64, reply, cancellationToken).ConfigureAwait(false);
                return;
            }
            try
            {
                problem = entry is null ? Problems.BadJson : Set(entry, base64, out version, out created);
            }
            finally
            {
                _ring?.EndWriteHere();
            }
            if (problem is not null)
            {
                reply.WriteStatus(entry?.Key, problem);
            }
            else
            {
                reply.WriteStatus(entry!.Key!, created ? 201 : 204, EntityTag.Of(version));
            }
            await reply.FlushWhenFullAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private Problem? Set(MultiSetEntry entry, bool base64, out ulong version, out bool created)
    {
        version = 0;
        created = false;
        if (KeyText.FromJson(entry.Key, base64, out byte[] key) is { } wrong)
        {
            return wrong;
        }
        if (entry.Text is null == entry.Value is null)
        {
            return Problems.TextOrValue;
        }
        if (entry.ContentType is { } contentType && !MediaType.CanBeKept(contentType))
        {
            return Problems.BadContentType;
        }
        long ttl = 0;
        long idle = 0;
        if (entry.Ttl is not null && !Duration.TryParse(entry.Ttl, out ttl))
        {
            return Problems.BadDuration("ttl");
        }
        if (entry.Idle is not null && !Duration.TryParse(entry.Idle, out idle))
        {
            return Problems.BadDuration("idle");
        }
        if (TagNames.TryMakeList(entry.Tags ?? [], mark: null, out byte[] tags) is { } wrongTag)
        {
            return Problems.BadTag(wrongTag);
        }
        byte[] value = entry.Value ?? System.Text.Encoding.UTF8.GetBytes(entry.Text!);
        return _writer.Store(
            key, value, tags, entry.ContentType, new Lifetime(ttl, idle, 0), default, out version, out created);
    }

    private async Task DeleteAsync(
        HttpRoute route, MultiKeys call, bool base64, BulkReply reply, CancellationToken cancellationToken)
    {
        string[] keys = call.Keys!;
        for (int i = 0; i < keys.Length; i++)
        {
            string? text = keys[i];
            Problem? problem = KeyText.FromJson(text, base64, out byte[] key);
            if (_ring is not null && !_ring.TryWriteHere())
            {
                var rest = new MultiKeys { Keys = keys[i..] };
                await _ring.RunAsync(route, null, rest, base64, reply, cancellationToken).ConfigureAwait(false);
                return;
            }
            try
            {
                if (problem is null && !Delete(key))
                {
                    problem = Problems.NoSuchKey;
                }
            }
            finally
            {
                _ring?.EndWriteHere();
            }
            if (problem is not null)
            {
                reply.WriteStatus(text, problem);
            }
            else
            {
                reply.WriteStatus(text!, 204, null);
            }
            await reply.FlushWhenFullAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private bool Delete(ReadOnlySpan<byte> key)
    {
        using Storage.EntryScope entry = _node.Store.Open(key, _node.NowMs);
        return entry.Delete();
    }
}
