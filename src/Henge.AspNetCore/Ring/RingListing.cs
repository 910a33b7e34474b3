using System.Globalization;
using System.Text;

using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Routes;
using Henge.Cluster.Lanes;
using Henge.Routing.Calls;
using Henge.Routing.Parts;

namespace Henge.AspNetCore.Ring;

/// <summary>
/// Listing and deleting over all members, by the commands that RESP clients have for it, and with their cursors.
/// </summary>
internal sealed class RingListing(HengeNode node, RingRequests ring)
{
    /// <summary>Whether there are others: if not, this node answers everything.</summary>
    public bool IsShared => ring.IsShared;

    /// <inheritdoc cref="RingRequests.TryWriteHere"/>
    public bool TryWriteHere() => ring.TryWriteHere();

    /// <inheritdoc cref="RingRequests.EndWriteHere"/>
    public void EndWriteHere() => ring.EndWriteHere();

    /// <summary>Collects the keys of one page of a scan.</summary>
    /// <param name="cursor">Where to go on.</param>
    /// <param name="pattern">Glob that keys must match; null for all.</param>
    /// <param name="count">Entries to look at.</param>
    /// <param name="keys">Gets the keys.</param>
    /// <returns>The next cursor and null, or why there is none.</returns>
    public async Task<(ulong Cursor, Problem? Problem)> PageAsync(
        ulong cursor, byte[]? pattern, int count, KeyCollector keys)
    {
        byte[][] words = pattern is null
            ? ["SCAN"u8.ToArray(), Text(cursor), "COUNT"u8.ToArray(), Text((ulong)count)]
            : ["SCAN"u8.ToArray(), Text(cursor), "COUNT"u8.ToArray(), Text((ulong)count), "MATCH"u8.ToArray(), pattern];
        RingReply reply = await RingCalls.CallAsync(node, words).ConfigureAwait(false);
        return ProblemOf(reply) is { } problem ? (0, problem) : (Collect(reply.Bytes, keys), null);
    }

    /// <summary>Deletes some keys; how many there were.</summary>
    public async Task<(long Deleted, Problem? Problem)> DeleteAsync(IReadOnlyList<byte[]> keys)
    {
        if (keys.Count == 0)
        {
            return (0, null);
        }
        RingReply reply = await RingCalls.CallAsync(node, ["DEL"u8.ToArray(), .. keys]).ConfigureAwait(false);
        return (ReplyBytes.Number(reply.Bytes), ProblemOf(reply));
    }

    /// <summary>Deletes everything; how many there were just before.</summary>
    public async Task<(long Deleted, Problem? Problem)> DeleteAllAsync()
    {
        RingReply size = await RingCalls.CallAsync(node, "DBSIZE"u8.ToArray()).ConfigureAwait(false);
        RingReply flushed = await RingCalls.CallAsync(node, "FLUSHALL"u8.ToArray()).ConfigureAwait(false);
        return (ReplyBytes.Number(size.Bytes), ProblemOf(size) ?? ProblemOf(flushed));
    }

    /// <summary>A glob that matches what begins with a prefix.</summary>
    public static byte[] PatternOf(ReadOnlySpan<byte> prefix)
    {
        var pattern = new List<byte>(prefix.Length + 1);
        foreach (byte b in prefix)
        {
            if (b is (byte)'*' or (byte)'?' or (byte)'[' or (byte)']' or (byte)'\\')
            {
                pattern.Add((byte)'\\');
            }
            pattern.Add(b);
        }
        pattern.Add((byte)'*');
        return [.. pattern];
    }

    private static ulong Collect(byte[] page, KeyCollector keys)
    {
        int at = 0;
        ReplyBytes.Header(page, ref at);
        string next = Encoding.ASCII.GetString(ReplyBytes.Bulk(page, ref at));
        for (long left = ReplyBytes.Header(page, ref at); left > 0; left--)
        {
            keys.Add(ReplyBytes.Bulk(page, ref at));
        }
        return ulong.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out ulong cursor) ? cursor : 0;
    }

    private static Problem? ProblemOf(in RingReply reply) =>
        reply.Outcome != Outcome.Done ? RingRequests.Of(reply.Outcome)
        : reply.Bytes is [(byte)'-', ..] ? Problems.OwnerAway : null;

    private static byte[] Text(ulong number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
}
