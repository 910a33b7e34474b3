using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Henge.AspNetCore.Json;
using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.AspNetCore.Ring;
using Henge.Entries;
using Henge.Security;
using Henge.Storage;
using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>
/// The starting program's two calls: <c>GET /get?key=K</c> and <c>POST /set</c>. Values are text there.
/// </summary>
internal sealed class ClassicRoutes
{
    // What JSON wants escaped; all of it is ASCII, so bytes of longer characters never look like it.
    private static readonly SearchValues<byte> NeedEscape = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(static i => (byte)i), (byte)'"', (byte)'\\', 0x7f]);

    private static ReadOnlySpan<byte> Opening => "{\"value\":\""u8;

    private static ReadOnlySpan<byte> Closing => "\"}"u8;

    private readonly HengeNode _node;
    private readonly EntryWriter _writer;
    private readonly BodyBudget _budget;
    private readonly ContentTypes _contentTypes;
    private readonly int _pieceBytes;
    private readonly RingRequests? _ring;

    internal ClassicRoutes(
        HengeNode node, EntryWriter writer, BodyBudget budget, ContentTypes contentTypes, HttpLimits limits,
        RingRequests? ring)
    {
        _ring = ring;
        _node = node;
        _writer = writer;
        _budget = budget;
        _contentTypes = contentTypes;
        _pieceBytes = limits.PieceBytes;
    }

    /// <summary>Answers <c>{"value":"…"}</c>.</summary>
    public Task GetAsync(HttpContext context, User user, scoped in QueryOptions query)
    {
        if (query.Key.Length > KeyText.OnStack)
        {
            return GetAsync(context, user, query.Key, query.KeysAreBase64, new byte[query.Key.Length]);
        }
        Span<byte> buffer = stackalloc byte[KeyText.OnStack];
        return GetAsync(context, user, query.Key, query.KeysAreBase64, buffer);
    }

    /// <summary>Stores <c>{"key":"…","value":"…","ttl":"30s"}</c>.</summary>
    public async Task SetAsync(HttpContext context, User user)
    {
        if (!MediaType.IsJson(context.Request.ContentType))
        {
            await Problems.JsonWanted.WriteAsync(context).ConfigureAwait(false);
            return;
        }
        using var body = new RequestBody(_budget);
        long limit = HttpLimits.JsonBodyBytes(_node.Store.MaxValueBytes);
        Problem? problem = await body.ReadAsync(context, limit, Problems.BodyTooLong).ConfigureAwait(false);
        if (problem is null && user.HasPrefixes && KeyOf(body.Bytes) is { } wanted && !user.MayTouch(wanted))
        {
            problem = Problems.ForbiddenKey;
        }
        if (problem is null)
        {
            bool isHere = _ring is null || _ring.TryWriteHere();
            try
            {
                if (!isHere && KeyOf(body.Bytes) is { } key)
                {
                    await _ring!.SendAsync(context, key, writes: true, body.Bytes).ConfigureAwait(false);
                    return;
                }
                // What makes no sense is answered here in any case.
                problem = Set(body.Bytes);
            }
            finally
            {
                if (isHere)
                {
                    _ring?.EndWriteHere();
                }
            }
        }
        Task reply = problem?.WriteAsync(context) ?? JsonReply.WriteAsync(context, "{\"ok\":true}"u8);
        await reply.ConfigureAwait(false);
    }

    private Task GetAsync(
        HttpContext context, User user, ReadOnlySpan<char> text, bool base64, scoped Span<byte> buffer)
    {
        if (KeyText.TryDecode(text, base64, inQuery: true, buffer, out ReadOnlySpan<byte> key) is { } wrong)
        {
            return wrong.WriteAsync(context);
        }
        if (!user.MayTouch(key))
        {
            return Problems.ForbiddenKey.WriteAsync(context);
        }
        if (_ring is not null && _ring.TakesRead(key))
        {
            return _ring.SendAsync(context, key.ToArray(), writes: false);
        }
        long nowMs = _node.NowMs;
        byte[] escaped;
        using (EntryScope entry = _node.Store.Open(key, nowMs))
        {
            if (!entry.Read())
            {
                MissReasons.Say(context, MissReasons.NameOf(entry.WhyMissing));
                return Problems.NoSuchKey.WriteAsync(context);
            }
            if (entry.Type != EntryType.String)
            {
                return Problems.WrongType.WriteAsync(context);
            }
            EntryFacts facts = EntryFacts.Take(_node, key, entry, _contentTypes, use: true, nowMs);
            if (!Utf8.IsValid(entry.Value))
            {
                return Problems.NotText.WriteAsync(context);
            }
            if (facts.Length <= _pieceBytes && !entry.Value.ContainsAny(NeedEscape))
            {
                return WritePlain(context, entry.Value);
            }
            if (!_budget.TryTake(facts.Length))
            {
                return Problems.Busy.WriteAsync(context);
            }
            escaped = entry.Value.ToArray();
        }
        return WriteEscapedAsync(context, escaped);
    }

    /// <summary>The common case, straight into the output: nothing in the value needs escaping.</summary>
    private static Task WritePlain(HttpContext context, ReadOnlySpan<byte> value)
    {
        int length = Opening.Length + value.Length + Closing.Length;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = length;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return Task.CompletedTask;
        }
        PipeWriter body = context.Response.BodyWriter;
        Span<byte> span = body.GetSpan(length);
        Opening.CopyTo(span);
        value.CopyTo(span[Opening.Length..]);
        Closing.CopyTo(span[(Opening.Length + value.Length)..]);
        body.Advance(length);
        return Task.CompletedTask;
    }

    private async Task WriteEscapedAsync(HttpContext context, byte[] value)
    {
        try
        {
            var json = new ArrayBufferWriter<byte>(value.Length + 64);
            using (var writer = new Utf8JsonWriter(json, JsonReply.WriterOptions))
            {
                writer.WriteStartObject();
                writer.WriteString("value"u8, value);
                writer.WriteEndObject();
            }
            await JsonReply.WriteLongAsync(context, json.WrittenMemory, _pieceBytes).ConfigureAwait(false);
        }
        finally
        {
            _budget.Give(value.Length);
        }
    }

    /// <summary>
    /// The key of a call that makes sense; null where there is none, and then no owner is needed to say so.
    /// </summary>
    private static byte[]? KeyOf(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, HttpJson.Default.ClassicSet)?.Key is { Length: > 0 } key
                ? Encoding.UTF8.GetBytes(key)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Problem? Set(ReadOnlySpan<byte> json)
    {
        ClassicSet? call;
        try
        {
            call = JsonSerializer.Deserialize(json, HttpJson.Default.ClassicSet);
        }
        catch (JsonException)
        {
            return Problems.BadJson;
        }
        if (call is not { Key: { } keyText, Value: { } value })
        {
            return Problems.BadJson;
        }
        byte[] key = Encoding.UTF8.GetBytes(keyText);
        if (KeyText.Check(key) is { } wrong)
        {
            return wrong;
        }
        long ttl = 0;
        if (call.Ttl is { } text && !Duration.TryParse(text, out ttl))
        {
            return Problems.BadDuration("ttl");
        }
        return _writer.Store(
            key, Encoding.UTF8.GetBytes(value), default, null, new Lifetime(ttl, 0, 0), default, out _, out _);
    }
}
