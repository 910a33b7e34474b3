using System.Collections.Concurrent;
using System.Security.Cryptography;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Entries.Leases;

/// <summary>
/// Who may fill which of the keys that this node owns (docs/leases.md): in memory, not replicated. A lease ends with
/// any write, deletion or merge of its key, with its time, with its holder, and when its slot goes to another owner.
/// Keys are kept as their 64-bit hashes: were two ever equal, one lease would end early or hold the other key's callers
/// off.
/// <para>
/// Of one key everything happens with its shard locked, so a lease is given to one caller, and no write slips past it;
/// what ends leases from elsewhere only takes them away. A key without a lease costs one look at a number when no lease
/// is out, else a hash and a look. Lock order: the shard, then one lock of the dictionary.
/// </para>
/// </summary>
/// <param name="node">The node.</param>
internal sealed class LeaseTable(HengeNode node)
{
    /// <summary>
    /// Leases remembered at once. Beyond it they are given and not remembered: nobody waits for them.
    /// </summary>
    public const int MaxLeases = 65_536;

    /// <summary>What one takes, its place in the dictionary included.</summary>
    private const int LeaseBytes = 192;

    private readonly ConcurrentDictionary<KeyHash, Lease> _leases = new();
    private ulong _lastToken = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private ulong _lastCaller;
    private int _count;

    /// <summary>Leases that are out, those that have ended and were not looked at since included.</summary>
    public int Count => Volatile.Read(ref _count);

    private long NowMs => node.Ring?.MonotonicMs ?? 0;

    /// <summary>A request of this process.</summary>
    public LeaseRequest Request(int milliseconds)
    {
        BootId boot = node.Ring?.Snapshot.Self.Boot ?? default;
        return new LeaseRequest(node.NodeId, boot, Interlocked.Increment(ref _lastCaller), milliseconds);
    }

    /// <summary>
    /// Has changes told to this table from now on. Call it before the key is opened: the lock then says which changes
    /// came before.
    /// </summary>
    public void HearChanges() => node.Ring?.TakeChangesDown();

    /// <summary>Gives the lease of a key that is missing, or says for how long another holds it. With the key
    /// open.</summary>
    public EntryAnswer Take(ReadOnlySpan<byte> key, in LeaseRequest request)
    {
        KeyHash hash = node.Store.Hash(key);
        long nowMs = NowMs;
        if (_leases.TryGetValue(hash, out Lease? lease))
        {
            if (IsCurrent(lease, nowMs))
            {
                // The same caller asks twice when the first answer was lost.
                if (lease.Request.IsFrom(request))
                {
                    return EntryAnswer.Leased(lease.Token);
                }
                Interlocked.Increment(ref node.Counters.LeasesHeld);
                return EntryAnswer.Held(lease.UntilMs - nowMs);
            }
            Remove(hash, lease);
        }
        lease = new Lease(
            NextToken(), request, nowMs + request.Milliseconds, Slot.Of(key), node.Store.FlushVersion,
            node.Tags.Begin());
        Interlocked.Increment(ref node.Counters.LeasesGiven);
        if (!TryAdd(hash, lease))
        {
            Interlocked.Increment(ref node.Counters.LeasesForgotten);
        }
        return EntryAnswer.Leased(lease.Token);
    }

    /// <summary>Whether a token is the key's lease now. With the key open.</summary>
    public bool Holds(ReadOnlySpan<byte> key, LeaseToken token)
    {
        if (_leases.TryGetValue(node.Store.Hash(key), out Lease? lease) && lease.Token == token
            && IsCurrent(lease, NowMs))
        {
            return true;
        }
        Interlocked.Increment(ref node.Counters.LeasesStale);
        return false;
    }

    /// <summary>When a lease of a key was given, as a version; 0 where the token is none.</summary>
    public ulong BegunOf(ReadOnlySpan<byte> key, LeaseToken token) =>
        token != default && _leases.TryGetValue(node.Store.Hash(key), out Lease? lease) && lease.Token == token
            ? lease.Begun : 0;

    /// <summary>
    /// Has a lease last so much longer from now on, never shorter; false when it has ended. One that ends in this very
    /// moment may have ended all the same: its fill is refused then.
    /// </summary>
    public bool Renew(ReadOnlySpan<byte> key, LeaseToken token, int milliseconds)
    {
        long nowMs = NowMs;
        if (!_leases.TryGetValue(node.Store.Hash(key), out Lease? lease) || lease.Token != token
            || !IsCurrent(lease, nowMs))
        {
            return false;
        }
        lease.Prolong(nowMs + milliseconds);
        return true;
    }

    /// <summary>Ends a lease whose holder will not fill the key; false when it has ended already.</summary>
    public bool Release(ReadOnlySpan<byte> key, LeaseToken token)
    {
        KeyHash hash = node.Store.Hash(key);
        return _leases.TryGetValue(hash, out Lease? lease) && lease.Token == token && Remove(hash, lease);
    }

    /// <summary>A key has changed here, or was replaced by a merge. With the key open.</summary>
    public void Changed(ReadOnlySpan<byte> key)
    {
        if (Count != 0 && node.Store.Hash(key) is var hash && _leases.TryGetValue(hash, out Lease? lease))
        {
            Remove(hash, lease);
        }
    }

    /// <summary>Everything has been deleted.</summary>
    public void Clear() => RemoveWhere(static (_, _) => true);

    /// <summary>
    /// The node has published a snapshot: leases of slots that others own now are over. Not to be called by two threads
    /// at once.
    /// </summary>
    public void Adopt(ClusterSnapshot snapshot)
    {
        if (Count != 0)
        {
            RemoveWhere((lease, _) => !Owns(snapshot, lease.Slot));
        }
    }

    /// <summary>Forgets what has ended; every second or so.</summary>
    public void Sweep()
    {
        if (Count != 0)
        {
            RemoveWhere((lease, nowMs) => !IsCurrent(lease, nowMs));
        }
    }

    private LeaseToken NextToken()
    {
        ulong next = Interlocked.Increment(ref _lastToken);
        return new LeaseToken(next != 0 ? next : Interlocked.Increment(ref _lastToken));
    }

    private bool TryAdd(KeyHash hash, Lease lease)
    {
        if (Interlocked.Increment(ref _count) > MaxLeases)
        {
            Interlocked.Decrement(ref _count);
            return false;
        }
        node.Store.Charge(LeaseBytes);
        _leases[hash] = lease;
        // By the newest snapshot, not the lane's: whoever published it either finds this lease or is found here.
        Interlocked.MemoryBarrier();
        return (node.Ring is not { } ring || Owns(ring.Snapshot, lease.Slot)) || !Remove(hash, lease);
    }

    private bool Remove(KeyHash hash, Lease lease)
    {
        bool removed = _leases.TryRemove(new KeyValuePair<KeyHash, Lease>(hash, lease));
        if (removed)
        {
            node.Store.Charge(-LeaseBytes);
            Interlocked.Decrement(ref _count);
        }
        return removed;
    }

    private void RemoveWhere(Func<Lease, long, bool> isOver)
    {
        Interlocked.MemoryBarrier();
        long nowMs = NowMs;
        foreach ((KeyHash hash, Lease lease) in _leases)
        {
            if (isOver(lease, nowMs))
            {
                Remove(hash, lease);
            }
        }
    }

    private bool IsCurrent(Lease lease, long nowMs) =>
        nowMs < lease.UntilMs && lease.FlushVersion == node.Store.FlushVersion && Lives(lease.Request);

    private bool Lives(in LeaseRequest holder) =>
        node.Ring is not { } ring
        || (ring.Snapshot.Members.TryGetValue(holder.Member, out Member? member) && member.Boot == holder.Boot
            && member.State is MemberState.Alive or MemberState.Suspect);

    private static bool Owns(ClusterSnapshot snapshot, Slot slot) =>
        snapshot.IsAlone || snapshot.Access[slot.Number] is SlotAccess.Serve or SlotAccess.Load or SlotAccess.Wait;
}
