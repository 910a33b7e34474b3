using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;

namespace Henge.Entries.Many;

/// <summary>
/// Carries operations on many keys through: what one owner owns goes in one message, those of several owners at once.
/// Where keys have changed their owner on the way, they are sorted anew. Thread safe.
/// </summary>
/// <param name="node">The node.</param>
internal sealed class ManyCalls(HengeNode node)
{
    /// <summary>Bytes of keys and values in one message, unless one operation has more.</summary>
    public const int RequestBytes = 1 << 20;

    // Owners that change faster than they are asked get each operation by itself, which always arrives.
    private const int MostSortings = 3;

    /// <summary>As the other, as patient as the ring is: 5 s.</summary>
    public ValueTask<Outcome[]> RunAsync(
        IReadOnlyList<EntryOperation> operations, CancellationToken cancellationToken) =>
        RunAsync(operations, deadlineMs: 0, cancellationToken);

    /// <summary>Has operations carried through; they all write, or all read, and nobody else waits for them.</summary>
    /// <param name="operations">The operations; each then has its answer where it was done.</param>
    /// <param name="deadlineMs">When they are given up, on the ring's monotonic clock; 0: after 5 s.</param>
    /// <param name="cancellationToken">Ends the wait; what was sent goes on.</param>
    /// <returns>How each ended.</returns>
    /// <exception cref="HengeException">The node has stopped.</exception>
    public async ValueTask<Outcome[]> RunAsync(
        IReadOnlyList<EntryOperation> operations, long deadlineMs, CancellationToken cancellationToken)
    {
        var outcomes = new Outcome[operations.Count];
        var waiting = new List<int>(Enumerable.Range(0, operations.Count));
        for (int sorting = 0; waiting.Count > 0; sorting++)
        {
            int most = sorting < MostSortings ? EntryBatch.MaxParts : 1;
            List<int[]> batches = Sort(operations, waiting, most);
            int[][] left = await Task.WhenAll(batches.Select(batch =>
                RunAsync(operations, batch, outcomes, deadlineMs, cancellationToken))).ConfigureAwait(false);
            waiting = [.. left.SelectMany(static indexes => indexes)];
        }
        return outcomes;
    }

    /// <summary>Runs one batch; what is to be asked for again comes back.</summary>
    private async Task<int[]> RunAsync(
        IReadOnlyList<EntryOperation> operations, int[] batch, Outcome[] outcomes, long deadlineMs,
        CancellationToken cancellationToken)
    {
        var sent = new EntryBatch(node, [.. batch.Select(index => operations[index])], isAwaited: true)
        {
            DeadlineMs = deadlineMs,
        };
        Outcome outcome = await node.Entries.CallAsync(sent, cancellationToken).ConfigureAwait(false);
        if (outcome == Outcome.Split && batch.Length > 1)
        {
            return batch;
        }
        int ended = outcome == Outcome.Done ? sent.Answered : batch.Length;
        foreach (int index in batch.AsSpan(0, ended))
        {
            outcomes[index] = outcome;
        }
        return batch[ended..];
    }

    private List<int[]> Sort(IReadOnlyList<EntryOperation> operations, List<int> waiting, int most)
    {
        ClusterSnapshot snapshot = node.Ring!.Snapshot;
        var batches = new List<int[]>();
        var open = new Dictionary<MemberId, (List<int> Batch, long Bytes)>();
        foreach (int index in waiting)
        {
            EntryOperation operation = operations[index];
            MemberId owner = OwnerOf(snapshot, operation.SlotAt(0));
            long bytes = operation.KeyAt(0).Length + operation.Value.Length;
            if (open.TryGetValue(owner, out (List<int> Batch, long Bytes) batch)
                && (batch.Batch.Count == most || batch.Bytes + bytes > RequestBytes))
            {
                batches.Add([.. batch.Batch]);
                batch = default;
            }
            (batch.Batch ??= []).Add(index);
            open[owner] = (batch.Batch, batch.Bytes + bytes);
        }
        batches.AddRange(open.Values.Select(static last => last.Batch.ToArray()));
        return batches;
    }

    // What nobody owns yet waits together in a lane.
    private static MemberId OwnerOf(ClusterSnapshot snapshot, Slot slot)
    {
        RingView view = snapshot.View;
        ReadOnlySpan<ushort> copies = view.CopiesOf(slot);
        return copies.IsEmpty ? default : view.Members[copies[0]].Id;
    }
}
