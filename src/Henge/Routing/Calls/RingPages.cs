using System.Globalization;
using System.Text;

using Henge.Cluster.Lanes;
using Henge.Routing.Parts;

namespace Henge.Routing.Calls;

/// <summary>
/// The keys of the whole ring in pages, by the commands that RESP clients have for it and with their cursors. A key
/// that is there all the time is in some page, perhaps in two; of one that comes or goes meanwhile nobody knows. No
/// page holds a loop up: it looks at about as many entries as it is asked to.
/// </summary>
internal static class RingPages
{
    /// <summary>The next page.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cursor">What the last page gave; 0 to begin.</param>
    /// <param name="pattern">Glob that keys must match; null for all.</param>
    /// <param name="count">Entries to look at.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How it ended; and where it was done the next cursor, 0 at the end, and the keys.</returns>
    public static async ValueTask<(Outcome Outcome, ulong Cursor, List<byte[]> Keys)> NextAsync(
        HengeNode node, ulong cursor, byte[]? pattern, int count, CancellationToken cancellationToken)
    {
        byte[][] words = ["SCAN"u8.ToArray(), Text(cursor), "COUNT"u8.ToArray(), Text((ulong)count)];
        if (pattern is not null)
        {
            words = [.. words, "MATCH"u8.ToArray(), pattern];
        }
        RingReply reply = await RingCalls.CallAsync(node, words).WaitAsync(cancellationToken).ConfigureAwait(false);
        var keys = new List<byte[]>();
        Outcome outcome = OutcomeOf(reply);
        return (outcome, outcome == Outcome.Done ? Collect(reply.Bytes, keys) : 0, keys);
    }

    /// <summary>Deletes some keys; ends when the copies know. The number says how many there were.</summary>
    public static async Task<(Outcome Outcome, long Deleted)> DeleteAsync(
        HengeNode node, IReadOnlyList<byte[]> keys)
    {
        if (keys.Count == 0)
        {
            return (Outcome.Done, 0);
        }
        RingReply reply = await RingCalls.CallAsync(node, ["DEL"u8.ToArray(), .. keys]).ConfigureAwait(false);
        Outcome outcome = OutcomeOf(reply);
        return (outcome, outcome == Outcome.Done ? ReplyBytes.Number(reply.Bytes) : 0);
    }

    /// <summary>What came of a call, where an error is one that nothing was done for.</summary>
    public static Outcome OutcomeOf(in RingReply reply) =>
        reply.Bytes is [(byte)'-', ..] ? Outcome.NotDone : reply.Outcome;

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

    private static ulong Collect(byte[] page, List<byte[]> keys)
    {
        int at = 0;
        ReplyBytes.Header(page, ref at);
        string next = Encoding.ASCII.GetString(ReplyBytes.Bulk(page, ref at));
        for (long left = ReplyBytes.Header(page, ref at); left > 0; left--)
        {
            keys.Add(ReplyBytes.Bulk(page, ref at).ToArray());
        }
        return ulong.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out ulong cursor) ? cursor : 0;
    }

    private static byte[] Text(ulong number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
}
