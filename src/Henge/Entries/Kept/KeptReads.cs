using Henge.Cluster.FirstLevels;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Peers;

namespace Henge.Entries.Kept;

/// <summary>
/// Reads of values that this process keeps in its first level: the owner notes the interest before it reads, and the
/// stamp says how long what it answered is current (docs/coherence.md). Thread safe.
/// </summary>
/// <param name="node">The node.</param>
internal sealed class KeptReads(HengeNode node)
{
    /// <summary>The clock of stamps.</summary>
    public long NowMs => node.MonotonicMs;

    /// <summary>Notes the moment before a key is looked for; vouches for nothing.</summary>
    public Stamp Begin(ReadOnlySpan<byte> key) =>
        node.Ring?.Coherence is { } coherence ? coherence.Reader.Begin(key, NowMs) : default;

    /// <summary>
    /// Reads a value here, if this node may. The stamp is worth nothing where there is no value, or where nobody would
    /// tell of a change.
    /// </summary>
    /// <exception cref="HengeException">The node has stopped.</exception>
    /// <exception cref="InvalidOperationException">It was not started yet.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public bool TryGet(ReadOnlySpan<byte> key, out EntryAnswer answer, out Stamp stamp)
    {
        // Before anything is looked at: a view that comes in between makes the stamp worthless.
        stamp = Begin(key);
        if (!node.Entries.TryGet(key, EntryFlags.Keeps, out answer))
        {
            return false;
        }
        stamp = Complete(stamp, answer);
        return true;
    }

    /// <summary>As <see cref="TryGet"/>, by the key's owner.</summary>
    /// <param name="key">The key; kept.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HengeException">
    /// The owner could not be reached within <see cref="HengeOptions.RingTimeout"/>, or the node has stopped.
    /// </exception>
    public async ValueTask<(EntryAnswer Answer, Stamp Stamp)> GetAsync(byte[] key, CancellationToken cancellationToken)
    {
        Stamp stamp = Begin(key);
        var operation = new EntryOperation(node, EntryVerb.Get, key, isAwaited: true)
        {
            Flags = EntryFlags.Keeps,
            Keeper = node.NodeId,
            DeadlineMs = Deadline,
        };
        EntryAnswer answer = await node.Entries.CallAsync(operation, cancellationToken).ConfigureAwait(false);
        return (answer, Complete(stamp, answer));
    }

    /// <summary>As <see cref="GetAsync"/>, of many keys, with how each ended.</summary>
    /// <param name="keys">The keys; kept.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HengeException">The node has stopped.</exception>
    public async ValueTask<(Outcome Outcome, EntryAnswer Answer, Stamp Stamp)[]> GetManyAsync(
        IReadOnlyList<byte[]> keys, CancellationToken cancellationToken)
    {
        var begun = new Stamp[keys.Count];
        var reads = new EntryOperation[keys.Count];
        for (int i = 0; i < reads.Length; i++)
        {
            begun[i] = Begin(keys[i]);
            reads[i] = new EntryOperation(node, EntryVerb.Get, keys[i], isAwaited: false)
            {
                Flags = EntryFlags.Keeps,
                Keeper = node.NodeId,
            };
        }
        Outcome[] outcomes = await node.ManyCalls.RunAsync(reads, Deadline, cancellationToken).ConfigureAwait(false);
        var answers = new (Outcome, EntryAnswer, Stamp)[reads.Length];
        for (int i = 0; i < answers.Length; i++)
        {
            answers[i] = (outcomes[i], reads[i].Answer, Complete(begun[i], reads[i].Answer));
        }
        return answers;
    }

    /// <summary>
    /// As <see cref="GetAsync"/>, or where there is no value takes the lease of the key. Where another holds it, the
    /// stamp tells when the key has changed (<see cref="HasChanged"/>).
    /// </summary>
    /// <param name="key">The key; kept.</param>
    /// <param name="leaseMs">How long the lease is to last.</param>
    /// <param name="cancellationToken">Ends the wait; a lease that is given then ends with its time.</param>
    /// <exception cref="HengeException">
    /// The owner could not be reached within <see cref="HengeOptions.RingTimeout"/>, or the node has stopped.
    /// </exception>
    public async ValueTask<(EntryAnswer Answer, Stamp Stamp)> GetOrLeaseAsync(
        byte[] key, int leaseMs, CancellationToken cancellationToken)
    {
        Stamp stamp = Begin(key);
        EntryAnswer answer = await node.LeaseCalls.GetOrLeaseAsync(
            key, EntryFlags.Keeps, leaseMs, node.Options.RingTimeout, cancellationToken).ConfigureAwait(false);
        return (answer, Complete(stamp, answer));
    }

    /// <summary>
    /// Whether this process has heard that a key may have changed since it was asked for. Not hearing says nothing.
    /// </summary>
    public bool HasChanged(in Stamp stamp) =>
        node.Ring?.Coherence is { } coherence && coherence.Reader.HasChanged(stamp);

    /// <summary>Whether what was read with a stamp may still be served. No lock, nothing allocated.</summary>
    public bool IsCurrent(in Stamp stamp, long nowMs) =>
        node.Ring!.Coherence is { } coherence && coherence.Reader.IsCurrent(stamp, nowMs);

    /// <summary>
    /// Reads a value that somebody keeps, as its owner: notes that first. For lanes, and where this node may read.
    /// </summary>
    public static EntryAnswer Read(
        HengeNode node, MemberId keeper, ReadOnlySpan<byte> key, long nowMs, out bool tellsCopies)
    {
        IRing ring = node.Ring!;
        ulong generation = ring.Coherence?.Teller.Track(keeper, key) ?? 0;
        return EntrySteps.GetToKeep(node.Store, key, ring.Snapshot.Self.Id, generation, nowMs, out tellsCopies);
    }

    private long Deadline => node.Ring is null ? 0 : NowMs + (long)node.Options.RingTimeout.TotalMilliseconds;

    private Stamp Complete(in Stamp begun, in EntryAnswer answer) =>
        answer.Provenance is { } from && node.Ring?.Coherence is { } coherence
            ? coherence.Reader.Complete(begun, from.Owner, from.Generation) : begun;
}
