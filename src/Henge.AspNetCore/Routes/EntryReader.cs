using System.IO.Pipelines;

using Henge.AspNetCore.Replies;
using Henge.Storage;
using Henge.Storage.Figures;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>GET and HEAD of <c>/v1/cache/{key}</c>.</summary>
internal sealed class EntryReader
{
    private readonly HengeNode _node;
    private readonly ContentTypes _contentTypes;
    private readonly int _pieceBytes;

    internal EntryReader(HengeNode node, ContentTypes contentTypes, HttpLimits limits)
    {
        _node = node;
        _contentTypes = contentTypes;
        _pieceBytes = limits.PieceBytes;
    }

    /// <summary>
    /// Answers with the value. A value of up to one piece is copied into Kestrel's output while the entry is held,
    /// which
    /// only rents memory and never waits. HEAD looks without using: it is not counted and keeps nothing alive.
    /// </summary>
    public Task ReadAsync(HttpContext context, ReadOnlySpan<byte> key)
    {
        long nowMs = _node.NowMs;
        bool head = HttpMethods.IsHead(context.Request.Method);
        EntryFacts facts;
        ReadPlan plan;
        using (EntryScope entry = _node.Store.Open(key, nowMs))
        {
            if (!(head ? entry.Found : entry.Read()))
            {
                return Miss(context, entry.WhyMissing);
            }
            if (entry.Type != EntryType.String)
            {
                return Problems.WrongType.WriteAsync(context);
            }
            facts = EntryFacts.Take(_node, key, entry, _contentTypes, use: !head, nowMs);
            plan = ReadPlan.For(context.Request, facts);
            if (plan.HasBody && !head && plan.Count <= _pieceBytes)
            {
                context.Response.BodyWriter.Append(entry.Value.Slice(plan.Start, plan.Count));
            }
        }
        return Reply(context, key, facts, plan, head, nowMs);
    }

    private static Task Miss(HttpContext context, MissReason? why)
    {
        context.Response.Headers["X-Cache"] = "MISS";
        MissReasons.Say(context, MissReasons.NameOf(why));
        return Problems.NoSuchKey.WriteAsync(context);
    }

    private Task Reply(
        HttpContext context, ReadOnlySpan<byte> key, in EntryFacts facts, in ReadPlan plan, bool head, long nowMs)
    {
        HttpResponse response = context.Response;
        facts.WriteHeaders(response.Headers, nowMs);
        if (plan.Status is 206 or 416)
        {
            response.Headers.ContentRange = plan.ContentRange(facts.Length);
        }
        switch (plan.Status)
        {
            case 304:
                response.StatusCode = 304;
                return Task.CompletedTask;
            case 412:
                return Problems.PreconditionFailed.WriteAsync(context);
            case 416:
                return Problems.RangeNotSatisfiable.WriteAsync(context);
        }
        response.StatusCode = plan.Status;
        response.ContentType = facts.ContentType;
        response.ContentLength = plan.Count;
        return head || plan.Count <= _pieceBytes
            ? Task.CompletedTask
            : SendPiecesAsync(context, key.ToArray(), facts.Version, plan, nowMs);
    }

    /// <summary>
    /// Sends a long value piece by piece, each copied from the entry as long as its version is the one that the headers
    /// named; no lock is held while the network is waited for and nothing else is held for a slow reader. When the
    /// entry
    /// has changed or gone the rest cannot be sent, so the connection is cut: the reader sees a short body, never a
    /// mix.
    /// </summary>
    private async Task SendPiecesAsync(HttpContext context, byte[] key, ulong version, ReadPlan plan, long nowMs)
    {
        // Headers first: what is written from here on goes straight into the connection's pipe.
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        PipeWriter body = context.Response.BodyWriter;
        int end = plan.Start + plan.Count;
        for (int at = plan.Start; at < end;)
        {
            int count = Math.Min(_pieceBytes, end - at);
            // The time is that of the request: an expiry that passes meanwhile does not cut the reply by itself.
            if (!TryCopy(key, version, at, count, body, nowMs))
            {
                context.Abort();
                return;
            }
            at += count;
            FlushResult flushed = await body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            if (flushed.IsCompleted)
            {
                return;
            }
        }
    }

    private bool TryCopy(byte[] key, ulong version, int at, int count, PipeWriter body, long nowMs)
    {
        using EntryScope entry = _node.Store.Open(key, nowMs);
        if (!entry.Found || entry.Version != version)
        {
            return false;
        }
        body.Append(entry.Value.Slice(at, count));
        return true;
    }
}
