using Henge.Cluster.Members;

namespace Henge.Entries.Leases;

/// <summary>
/// Asks owners for the right to fill keys (docs/leases.md), for what runs in this process, and answers as an owner.
/// Thread safe.
/// </summary>
/// <param name="node">The node.</param>
internal sealed class LeaseCalls(HengeNode node)
{
    /// <summary>
    /// Has the owner read a value, or where there is none give the right to fill it to one caller of the whole ring:
    /// <see cref="EntryStatus.Leased"/> with the token, for the others <see cref="EntryStatus.Held"/>. Who holds it
    /// stores with <see cref="EntryCondition.IfLeased"/> or gives it back (<see cref="ReleaseAsync"/>).
    /// </summary>
    /// <param name="key">The key; kept.</param>
    /// <param name="flags">
    /// Whether a hit counts as a use, whether its value is wanted, and whether it is kept: then the owner also tells of
    /// the next change of a key that is missing.
    /// </param>
    /// <param name="leaseMs">How long the lease is to last, 1 to <see cref="LeaseRequest.LongestMs"/>.</param>
    /// <param name="patience">
    /// How long to wait for the owner at most; a lease that it gives afterwards is given back.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; a lease that is given then ends with its time.</param>
    /// <exception cref="HengeException">The owner could not be reached, or the node has stopped.</exception>
    /// <exception cref="InvalidOperationException">The node was not started yet.</exception>
    public async ValueTask<EntryAnswer> GetOrLeaseAsync(
        byte[] key, EntryFlags flags, int leaseMs, TimeSpan patience, CancellationToken cancellationToken)
    {
        Task<EntryAnswer> asked = GetOrLeaseAsync(key, flags, leaseMs, cancellationToken).AsTask();
        try
        {
            return await asked.WaitAsync(patience, node.TimeProvider, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It ends by itself, with its own deadline or with the node.
            _ = GiveBackAsync(key, asked);
            throw HengeException.Of(HengeFailure.OwnerAway);
        }
    }

    /// <summary>As the other, as patient as the ring is: 5 s.</summary>
    public ValueTask<EntryAnswer> GetOrLeaseAsync(
        byte[] key, EntryFlags flags, int leaseMs, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(leaseMs, Math.Clamp(leaseMs, 1, LeaseRequest.LongestMs));
        return node.Entries.CallAsync(
            new EntryOperation(node, EntryVerb.GetOrLease, key, isAwaited: true)
            {
                Flags = flags,
                Keeper = node.NodeId,
                Lease = node.Leases.Request(leaseMs),
            },
            cancellationToken);
    }

    /// <summary>
    /// Gives a lease back without filling the key: the next who asks gets it. <see cref="EntryStatus.StaleLease"/>
    /// where it has ended already.
    /// </summary>
    /// <exception cref="HengeException">The owner could not be reached, or the node has stopped.</exception>
    public ValueTask<EntryAnswer> ReleaseAsync(byte[] key, LeaseToken token, CancellationToken cancellationToken) =>
        node.Entries.CallAsync(
            new EntryOperation(node, EntryVerb.Release, key, isAwaited: true) { Token = token }, cancellationToken);

    /// <summary>
    /// Gives a lease that is still held for another time from now on. <see cref="EntryStatus.StaleLease"/> where it has
    /// ended already; no other is given then, since the key may have changed.
    /// </summary>
    /// <exception cref="HengeException">The owner could not be reached, or the node has stopped.</exception>
    public ValueTask<EntryAnswer> RenewAsync(
        byte[] key, LeaseToken token, int leaseMs, CancellationToken cancellationToken) =>
        node.Entries.CallAsync(
            new EntryOperation(node, EntryVerb.Renew, key, isAwaited: true)
            {
                Token = token,
                Lease = new LeaseRequest(default, default, 0, leaseMs),
            },
            cancellationToken);

    /// <summary>The answer to who holds a lease.</summary>
    public static EntryAnswer AnswerOf(bool isHeld) => new(isHeld ? EntryStatus.Done : EntryStatus.StaleLease);

    /// <summary>Reads a value as the owner of its key, or gives the lease. For lanes.</summary>
    public static EntryAnswer Read(
        HengeNode node, EntryOperation asked, ReadOnlySpan<byte> key, long nowMs, out bool tellsCopies)
    {
        Kept.Provenance? from = null;
        if ((asked.Flags & EntryFlags.Keeps) != 0)
        {
            ulong generation = node.Ring?.Coherence?.Teller.Track(asked.Keeper, key) ?? 0;
            MemberId owner = node.Ring?.Snapshot.Self.Id ?? default;
            from = new Kept.Provenance(owner, generation, LeftMs: -1, Attributes: []);
        }
        return EntrySteps.GetOrLease(
            node.Store, node.Leases, key, asked.Flags, asked.Lease, from, nowMs, out tellsCopies);
    }

    private async Task GiveBackAsync(byte[] key, Task<EntryAnswer> asked)
    {
        try
        {
            EntryAnswer late = await asked.ConfigureAwait(false);
            if (late.Status == EntryStatus.Leased)
            {
                await ReleaseAsync(key, late.Token, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (
            exception is HengeException or OperationCanceledException or ObjectDisposedException)
        {
            // Then no lease was given, or it ends with its time.
        }
    }
}
