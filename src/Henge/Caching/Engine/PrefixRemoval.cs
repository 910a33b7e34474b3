using Henge.Cluster.Lanes;
using Henge.Routing.Calls;

namespace Henge.Caching.Engine;

/// <summary>
/// Removes what begins with a prefix, in the whole ring and in the first level here: page after page of its keys, each
/// page deleted as DEL does before the next is asked for. Thread safe.
/// </summary>
/// <param name="engine">The engine.</param>
internal sealed class PrefixRemoval(CacheEngine engine)
{
    // As many as HTTP looks at in one step; more would hold the loops of the members up for longer.
    private const int EntriesPerPage = 256;

    /// <summary>Removes the keys, and counts those that were there.</summary>
    /// <exception cref="ArgumentException">The prefix is empty.</exception>
    /// <exception cref="HengeException">Not all of it was removed, or that is not known.</exception>
    public async ValueTask<long> RemoveAsync(string prefix, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        cancellationToken.ThrowIfCancellationRequested();
        engine.Node.Entries.ThrowIfNotRunning();
        if (engine.BytesOf(prefix) is not { } bytes)
        {
            // No key is so long.
            return 0;
        }
        byte[] pattern = RingPages.PatternOf(bytes);
        long removed = 0;
        ulong cursor = 0;
        do
        {
            (Outcome outcome, cursor, List<byte[]> keys) = await RingPages.NextAsync(
                engine.Node, cursor, pattern, EntriesPerPage, cancellationToken).ConfigureAwait(false);
            Check(outcome);
            (outcome, long deleted) = await RingPages.DeleteAsync(engine.Node, keys).WaitAsync(cancellationToken)
                .ConfigureAwait(false);
            // Of what was not carried out for certain some may have been: this process asks for all of it again.
            keys.ForEach(key => engine.Node.Ring!.Coherence?.Reader.Invalidate(key));
            Check(outcome);
            removed += deleted;
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (cursor != 0);
        engine.First?.RemovePrefix(prefix);
        return removed;
    }

    private static void Check(Outcome outcome)
    {
        if (outcome != Outcome.Done)
        {
            throw outcome == Outcome.Unknown
                ? new HengeException(HengeFailure.Uncertain,
                    "Some of the keys may or may not have been removed; to begin again is safe.")
                : new HengeException(HengeFailure.OwnerAway,
                    "A member of the ring could not be reached in time; what it owns may still be there.");
        }
    }
}
