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
        (Outcome outcome, ulong next, List<byte[]> found) = await RingPages
            .NextAsync(node, cursor, pattern, count, CancellationToken.None).ConfigureAwait(false);
        found.ForEach(key => keys.Add(key));
        return (next, ProblemOf(outcome));
    }

    /// <summary>Deletes some keys; how many there were.</summary>
    public async Task<(long Deleted, Problem? Problem)> DeleteAsync(IReadOnlyList<byte[]> keys)
    {
        (Outcome outcome, long deleted) = await RingPages.DeleteAsync(node, keys).ConfigureAwait(false);
        return (deleted, ProblemOf(outcome));
    }

    /// <summary>Deletes everything; how many there were just before.</summary>
    public async Task<(long Deleted, Problem? Problem)> DeleteAllAsync()
    {
        RingReply size = await RingCalls.CallAsync(node, "DBSIZE"u8.ToArray()).ConfigureAwait(false);
        RingReply flushed = await RingCalls.CallAsync(node, "FLUSHALL"u8.ToArray()).ConfigureAwait(false);
        return (ReplyBytes.Number(size.Bytes), ProblemOf(size) ?? ProblemOf(flushed));
    }

    private static Problem? ProblemOf(in RingReply reply) => ProblemOf(RingPages.OutcomeOf(reply));

    private static Problem? ProblemOf(Outcome outcome) =>
        outcome == Outcome.Done ? null : RingRequests.Of(outcome);
}
