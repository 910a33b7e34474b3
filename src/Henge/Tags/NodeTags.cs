using Henge.Cluster.Tags;
using Henge.Peers;

namespace Henge.Tags;

/// <summary>
/// Invalidation by tag, for those in this process. First levels keep version and tags of what they hold and ask
/// <see cref="IsStale"/> when <see cref="Epoch"/> has moved since they last did. Thread safe.
/// </summary>
/// <param name="node">The node.</param>
internal sealed class NodeTags(HengeNode node)
{
    /// <summary>Longer than a round may take.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    /// <summary>
    /// Counts up after more has become stale: while it stays, what was not stale is not. One volatile read.
    /// </summary>
    public long Epoch => node.Ring is { } ring ? ring.Tags.Epoch : 0;

    /// <summary>
    /// The version of a value that begins to be made now: of its tags' invalidations those that begin from now on are
    /// above it, and those that have ended are not.
    /// </summary>
    public ulong Begin() => node.Ring is { } ring ? ring.Tags.Begin(node.NowMs) : node.Store.Clock(node.NowMs);

    /// <summary>Whether an entry is stale by its tags, as this node knows it.</summary>
    /// <param name="attributes">Its attributes (<see cref="Entries.Kept.Provenance.Attributes"/>).</param>
    /// <param name="version">The entry's version.</param>
    public bool IsStale(ReadOnlySpan<byte> attributes, ulong version) =>
        node.Ring is { } ring && ring.Tags.IsStale(attributes, version);

    /// <summary>
    /// Makes every entry that has one of the tags and was written before stale, in the whole ring: when this ends, no
    /// member that is not dead serves one any more. What is written afterwards is not concerned. O(1) in entries; tags
    /// of one call cost about as much as one, up to 59.
    /// </summary>
    /// <param name="tags">
    /// Their names, 1 to 256 bytes of UTF-8 each; <see cref="TagNames.Everything"/> for all entries that are marked.
    /// </param>
    /// <param name="mark">The mark of these (<see cref="TagNames.MarkOf"/>).</param>
    /// <param name="cancellationToken">Ends the wait; the invalidation goes on.</param>
    /// <exception cref="ArgumentException">A name is empty or too long; nothing was done.</exception>
    /// <exception cref="HengeException">
    /// Not every member has taken it in time; some have, and the others will when they can be reached.
    /// </exception>
    /// <exception cref="InvalidOperationException">The node was not started yet.</exception>
    public ValueTask InvalidateAsync(
        IReadOnlyCollection<string> tags, byte[] mark, CancellationToken cancellationToken)
    {
        Check(tags);
        return InvalidateAsync(TagNames.ToInvalidate(tags, mark), cancellationToken);
    }

    /// <summary>
    /// As <see cref="InvalidateAsync(IReadOnlyCollection{string}, byte[], CancellationToken)"/>, of the entries that
    /// have all of the tags.
    /// </summary>
    /// <param name="tags">As there; 1 to <see cref="TagSet.MaxTags"/>.</param>
    /// <param name="mark">As there.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <exception cref="ArgumentException">A name cannot be, or there are too many; nothing was done.</exception>
    /// <exception cref="HengeException">As there.</exception>
    /// <exception cref="InvalidOperationException">The node was not started yet.</exception>
    public ValueTask InvalidateTogetherAsync(
        IReadOnlyCollection<string> tags, byte[] mark, CancellationToken cancellationToken)
    {
        Check(tags);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tags.Count, TagSet.MaxTags, nameof(tags));
        return InvalidateAsync([TagNames.ToInvalidateTogether(tags, mark)], cancellationToken);
    }

    private static void Check(IReadOnlyCollection<string> tags)
    {
        foreach (string tag in tags)
        {
            if (TagNames.WrongWith(tag) is { } wrong)
            {
                throw new ArgumentException(wrong, nameof(tags));
            }
        }
    }

    private async ValueTask InvalidateAsync(List<byte[]> lists, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        IRing ring = node.Ring ?? throw new InvalidOperationException(
            "The Henge node of this application has not been started; it starts with the host.");
        bool[] ended = await Task.WhenAll(lists.Select(list => StartAsync(ring, list)))
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        if (Array.Exists(ended, isDone => !isDone))
        {
            Interlocked.Increment(ref node.Counters.InvalidationsFailed);
            throw new HengeException(HengeFailure.Uncertain,
                "Not every member of the ring has taken the invalidation in time; it may be in force on some.");
        }
        Interlocked.Increment(ref node.Counters.Invalidations);
    }

    private async Task<bool> StartAsync(IRing ring, byte[] list)
    {
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        ring.InvalidateTags(list, isDone => ended.TrySetResult(isDone));
        try
        {
            return await ended.Task.WaitAsync(Limit, node.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The node is stopping: no thread is left to end it.
            return false;
        }
    }
}
