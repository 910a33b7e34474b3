using System.Globalization;
using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.AspNetCore.Ring;
using Henge.Entries;
using Henge.Entries.Counters;
using Henge.Storage;
using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>POST of <c>:incr</c>, <c>:touch</c> and <c>:append</c>: changes that the node makes in one step.</summary>
internal sealed class EntryVerbs
{
    private readonly HengeNode _node;
    private readonly BodyBudget _budget;
    private readonly RingRequests? _ring;

    internal EntryVerbs(HengeNode node, BodyBudget budget, RingRequests? ring)
    {
        _node = node;
        _budget = budget;
        _ring = ring;
    }

    /// <summary>
    /// Adds <c>by</c> (default 1, may be negative) to a decimal integer, 0 where there is no entry, and answers
    /// <c>{"value":n}</c>. Expiry and attributes stay.
    /// </summary>
    public Task IncrementAsync(HttpContext context, ReadOnlySpan<byte> key, scoped in QueryOptions query)
    {
        long by = 1;
        if (query.Has(QueryNames.By)
            && !long.TryParse(query.By, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out by))
        {
            return Problems.BadQuery("'by' must be a 64-bit integer.").WriteAsync(context);
        }
        Problem? problem = Increment(key, by, Preconditions.Of(context.Request), out long sum, out ulong version);
        if (problem is not null)
        {
            return problem.WriteAsync(context);
        }
        context.Response.Headers.ETag = EntityTag.Of(version);
        return JsonReply.WriteNumberAsync(context, "value"u8, sum);
    }

    /// <summary>
    /// Gives an entry a new expiry: 204, or 404 where none is. An idle time that it has stays, and only lengthens.
    /// </summary>
    public Task TouchAsync(HttpContext context, ReadOnlySpan<byte> key, scoped in QueryOptions query)
    {
        long nowMs = _node.NowMs;
        if (LifetimeQuery.TryParse(query, null, nowMs, out Lifetime lifetime) is { } wrong)
        {
            return wrong.WriteAsync(context);
        }
        long expiry = lifetime.Deadline(nowMs);
        if (expiry == 0)
        {
            return Problems.BadQuery("':touch' needs 'ttl' or 'expires'.").WriteAsync(context);
        }
        Preconditions conditions = Preconditions.Of(context.Request);
        Problem? problem = null;
        ulong version = 0;
        using (EntryScope entry = _node.Store.Open(key, nowMs))
        {
            if (!conditions.AllowWrite(entry))
            {
                problem = Problems.PreconditionFailed;
            }
            else if (!entry.Found)
            {
                problem = Problems.NoSuchKey;
            }
            else
            {
                entry.Touch();
                problem = Problems.Of(entry.SetExpiry(expiry));
                version = entry.Version;
            }
        }
        if (problem is not null)
        {
            return problem.WriteAsync(context);
        }
        context.Response.StatusCode = 204;
        context.Response.Headers.ETag = EntityTag.Of(version);
        return Task.CompletedTask;
    }

    /// <summary>Appends the body, to nothing where there is no entry, and answers <c>{"length":n}</c>.</summary>
    public async Task AppendAsync(HttpContext context, byte[] key)
    {
        using var body = new RequestBody(_budget);
        Problem? problem = await body.ReadAsync(context, _node.Store.MaxValueBytes, Problems.ValueTooLong)
            .ConfigureAwait(false);
        int length = 0;
        ulong version = 0;
        if (problem is null)
        {
            if (_ring is not null && !_ring.TryWriteHere())
            {
                await _ring.SendAsync(context, key, writes: true, body.Bytes).ConfigureAwait(false);
                return;
            }
            try
            {
                problem = Append(key, body.Bytes, Preconditions.Of(context.Request), out length, out version);
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
        context.Response.Headers.ETag = EntityTag.Of(version);
        await JsonReply.WriteNumberAsync(context, "length"u8, length).ConfigureAwait(false);
    }

    private Problem? Increment(
        ReadOnlySpan<byte> key, long by, in Preconditions conditions, out long sum, out ulong version)
    {
        sum = 0;
        version = 0;
        EntryScope entry = _node.Store.Open(key, _node.NowMs);
        try
        {
            if (Check(entry, conditions) is { } refused)
            {
                return refused;
            }
            EntryStatus status = Counter.Change(
                entry, new CounterChange(by), expiresAtMs: 0, attributes: default, out sum);
            version = entry.Version;
            return status switch
            {
                EntryStatus.Done => null,
                EntryStatus.WrongType => Problems.WrongType,
                EntryStatus.NotANumber => Problems.NotAnInteger,
                EntryStatus.Overflow => Problems.IntegerOverflow,
                EntryStatus.TooLong => Problems.ValueTooLong,
                _ => Problems.OutOfMemory,
            };
        }
        finally
        {
            entry.Dispose();
        }
    }

    private Problem? Append(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> added, in Preconditions conditions,
        out int length, out ulong version)
    {
        length = 0;
        version = 0;
        EntryScope entry = _node.Store.Open(key, _node.NowMs);
        try
        {
            if (Check(entry, conditions) is { } refused)
            {
                return refused;
            }
            int before = entry.Value.Length;
            if ((long)before + added.Length > _node.Store.MaxValueBytes)
            {
                return Problems.ValueTooLong;
            }
            length = before + added.Length;
            WriteResult result = entry.Resize(EntryType.String, length, out Span<byte> value);
            if (result == WriteResult.Ok)
            {
                added.CopyTo(value[before..]);
                version = entry.Version;
            }
            return Problems.Of(result);
        }
        finally
        {
            entry.Dispose();
        }
    }

    private static Problem? Check(scoped in EntryScope entry, in Preconditions conditions)
    {
        if (!conditions.AllowWrite(entry))
        {
            return Problems.PreconditionFailed;
        }
        return entry.Found && entry.Type != EntryType.String ? Problems.WrongType : null;
    }
}
