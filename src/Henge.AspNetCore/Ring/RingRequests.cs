using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Messages;
using Henge.Cluster.Rings;
using Henge.Routing.Calls;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Henge.AspNetCore.Ring;

/// <summary>
/// Sends requests on keys of other nodes to their owners, and writes through a lane, so that the reply waits for the
/// replicas. A node that is alone answers everything itself, and so does an owner what only reads.
/// </summary>
internal sealed class RingRequests
{
    private readonly HengeNode _node;
    private readonly HttpApi _owner;
    private readonly BodyBudget _budget;
    private readonly int _pieceBytes;

    /// <summary>Creates it for a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="owner">The routes that carry requests out at their owner.</param>
    /// <param name="budget">What bodies are charged to.</param>
    /// <param name="limits">Bounds.</param>
    public RingRequests(HengeNode node, HttpApi owner, BodyBudget budget, HttpLimits limits)
    {
        _node = node;
        _owner = owner;
        _budget = budget;
        _pieceBytes = limits.PieceBytes;
    }

    /// <summary>Whether there are others: if not, this node answers everything.</summary>
    public bool IsShared => _node.Ring is { Snapshot.IsAlone: false };

    /// <summary>Whether a request that reads a key must not be carried out right here.</summary>
    public bool TakesRead(ReadOnlySpan<byte> key) =>
        _node.Ring is { } ring && ring.Snapshot is { IsAlone: false } snapshot
        && (snapshot.Access[Slot.Of(key).Number] != SlotAccess.Serve || ring.IsPaused);

    /// <summary>
    /// Whether something that writes is carried out right here, because this node is alone; then
    /// <see cref="EndWriteHere"/> must follow it, with no wait in between. Ask it with the body at hand: others may
    /// come while it is on its way.
    /// </summary>
    public bool TryWriteHere() => _node.Ring is not { } ring || ring.TryBeginLoneWrite();

    /// <summary>Ends what <see cref="TryWriteHere"/> began.</summary>
    public void EndWriteHere() => _node.Ring?.EndLoneWrite();

    /// <summary>Reads the body, has the owner of the key carry the request out, and answers what it answers.</summary>
    public async Task SendAsync(HttpContext context, byte[] key, bool writes)
    {
        using var body = new RequestBody(_budget);
        Problem? problem = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            ? null
            : await body.ReadAsync(context, _node.Store.MaxValueBytes, Problems.ValueTooLong).ConfigureAwait(false);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }
        await SendAsync(context, key, writes, body.Bytes).ConfigureAwait(false);
    }

    /// <summary>As above, with the body known.</summary>
    public Task SendAsync(HttpContext context, byte[] key, bool writes, ReadOnlySpan<byte> body)
    {
        HttpRequest request = context.Request;
        Task<RingReply> asked = AskAsync(key, writes, request.Method, TargetOf(context), request.Headers, body);
        return AnswerAsync(context, asked, writes);
    }

    /// <summary>Has the owner of a key carry a request out.</summary>
    public Task<RingReply> AskAsync(
        byte[] key, bool writes, string method, string target, IHeaderDictionary? headers, ReadOnlySpan<byte> body)
    {
        var writer = new MessageWriter(256 + body.Length);
        HttpMessages.WriteRequest(writer, method, target, headers, body);
        byte[] message = writer.Written.ToArray();
        var reply = new AwaitedReply();
        RingCalls.Start(_node, new HttpOperation(_owner, key, writes, message, reply));
        return reply.Task;
    }

    /// <summary>The problem that stands for an operation that was not, or perhaps, carried out.</summary>
    public static Problem Of(Outcome outcome) =>
        outcome == Outcome.Unknown ? Problems.Uncertain : Problems.OwnerAway;

    /// <summary>What a read that was not carried out says of why it found nothing; null of others.</summary>
    public static string? WhyMissed(Outcome outcome, bool writes) =>
        outcome == Outcome.Unknown || writes ? null : MissReasons.Topology;

    private async Task AnswerAsync(HttpContext context, Task<RingReply> asked, bool writes)
    {
        RingReply reply = await asked.ConfigureAwait(false);
        if (reply.Outcome != Outcome.Done)
        {
            MissReasons.Say(context, WhyMissed(reply.Outcome, writes));
            await Of(reply.Outcome).WriteAsync(context).ConfigureAwait(false);
            return;
        }
        int length = HttpMessages.ReadReply(reply.Bytes, context.Response).Length;
        ReadOnlyMemory<byte> body = reply.Bytes.AsMemory(reply.Bytes.Length - length);
        for (; body.Length > 0; body = body[Math.Min(body.Length, _pieceBytes)..])
        {
            ReadOnlyMemory<byte> piece = body[..Math.Min(body.Length, _pieceBytes)];
            await context.Response.BodyWriter.WriteAsync(piece, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>The target without what stands before it where the API is mapped into an application.</summary>
    private static string TargetOf(HttpContext context)
    {
        string? raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(raw))
        {
            raw = context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent();
        }
        int question = raw.IndexOf('?');
        int end = question < 0 ? raw.Length - 1 : question;
        // The last one: a key has no slash, and an application may map the API under anything.
        int path = raw.LastIndexOf("/v1/", end, StringComparison.Ordinal);
        if (path < 0)
        {
            path = raw.LastIndexOf('/', end);
        }
        return raw[path..];
    }
}
