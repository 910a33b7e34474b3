using System.Text.Json;

using Henge.AspNetCore.Json;
using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.AspNetCore.Routes;
using Henge.Cluster.Lanes;
using Henge.Routing.Calls;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Ring;

/// <summary>
/// Calls on many keys where there is more than one node: each key goes to its owner as a call of its own, many at a
/// time,
/// and the results come in the order of the keys.
/// </summary>
internal sealed class RingBulk(RingRequests ring)
{
    /// <summary>Calls under way at once.</summary>
    private const int Window = 256;

    /// <summary>What stands before and behind the one result of a call on one key.</summary>
    private const string Opening = "{\"results\":[";

    /// <summary>Whether there are others: if not, this node answers everything.</summary>
    public bool IsShared => ring.IsShared;

    /// <inheritdoc cref="RingRequests.TryWriteHere"/>
    public bool TryWriteHere() => ring.TryWriteHere();

    /// <inheritdoc cref="RingRequests.EndWriteHere"/>
    public void EndWriteHere() => ring.EndWriteHere();

    /// <summary>Runs one of the three calls.</summary>
    public async Task RunAsync(
        HttpRoute route, MultiSet? set, MultiKeys? keys, bool base64, BulkReply reply,
        CancellationToken cancellationToken)
    {
        int count = set?.Entries!.Length ?? keys!.Keys!.Length;
        string target = route.Template + (base64 ? "?enc=b64" : "");
        bool writes = !ReferenceEquals(route, HttpRoute.MultiGet);
        var asked = new Queue<(string? Key, Problem? Wrong, Task<RingReply>? Reply)>();
        for (int i = 0; i < count; i++)
        {
            string? text = set is not null ? set.Entries![i]?.Key : keys!.Keys![i];
            Problem? wrong = KeyText.FromJson(text, base64, out byte[] key);
            asked.Enqueue((text, wrong, wrong is not null ? null
                : ring.AskAsync(key, writes, HttpMethods.Post, target, s_json, One(set?.Entries![i], keys, text!))));
            if (asked.Count == Window)
            {
                await WriteNextAsync(asked, writes, reply, cancellationToken).ConfigureAwait(false);
            }
        }
        while (asked.Count > 0)
        {
            await WriteNextAsync(asked, writes, reply, cancellationToken).ConfigureAwait(false);
        }
    }

    private static readonly HeaderDictionary s_json = new() { ["Content-Type"] = "application/json" };

    private static byte[] One(MultiSetEntry? entry, MultiKeys? keys, string key) => keys is null
        ? JsonSerializer.SerializeToUtf8Bytes(new MultiSet { Entries = [entry!] }, HttpJson.Default.MultiSet)
        : JsonSerializer.SerializeToUtf8Bytes(
            new MultiKeys { Keys = [key], Text = keys.Text }, HttpJson.Default.MultiKeys);

    private static async Task WriteNextAsync(
        Queue<(string? Key, Problem? Wrong, Task<RingReply>? Reply)> asked,
        bool writes,
        BulkReply reply,
        CancellationToken cancellationToken)
    {
        (string? key, Problem? wrong, Task<RingReply>? task) = asked.Dequeue();
        if (task is null)
        {
            reply.WriteStatus(key, wrong!);
        }
        else
        {
            RingReply answered = await task.ConfigureAwait(false);
            Write(answered, key, writes, reply);
        }
        await reply.FlushWhenFullAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Write(RingReply answered, string? key, bool writes, BulkReply reply)
    {
        if (answered.Outcome != Outcome.Done)
        {
            reply.WriteStatus(
                key, RingRequests.Of(answered.Outcome), RingRequests.WhyMissed(answered.Outcome, writes));
            return;
        }
        ReadOnlySpan<byte> body = HttpMessages.Body(answered.Bytes);
        bool isResult = body.StartsWith("{\"results\":["u8) && body.EndsWith("]}"u8);
        if (isResult)
        {
            reply.WriteResult(body[Opening.Length..^2]);
        }
        else
        {
            reply.WriteStatus(key, Problems.Failed);
        }
    }
}
