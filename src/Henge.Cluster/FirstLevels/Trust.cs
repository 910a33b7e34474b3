using Henge.Cluster.Members;

namespace Henge.Cluster.FirstLevels;

/// <summary>
/// How far a first level trusts one owner: up to which moment it knows of all that the owner has changed. The cluster
/// thread and those that fetch write under <see cref="Reader"/>'s lock; readers of entries take no lock.
/// </summary>
internal sealed class Trust(MemberId owner)
{
    private long _syncedAtMs = long.MinValue;
    private int _token;

    /// <summary>Whom.</summary>
    public MemberId Owner { get; } = owner;

    /// <summary>Which of the owner's tellings; later ones have higher numbers. 0: none yet.</summary>
    public ulong Generation { get; set; }

    /// <summary>Invalidations of this generation that have come.</summary>
    public uint Sequence { get; set; }

    /// <summary>Whether one was lost: nothing of this generation is current, and another has to begin.</summary>
    public bool IsBroken { get; set; }

    /// <summary>When an entry was last fetched from the owner.</summary>
    public long UsedAtMs { get; set; }

    /// <summary>
    /// What the owner had changed before this moment (monotonic clock here) has been invalidated here. Read it before
    /// what it vouches for.
    /// </summary>
    public long SyncedAtMs
    {
        get => Volatile.Read(ref _syncedAtMs);
        set => Volatile.Write(ref _syncedAtMs, value);
    }

    /// <summary>Entries with another token are not current.</summary>
    public int Token => Volatile.Read(ref _token);

    /// <summary>Nothing fetched from this owner so far is current.</summary>
    public void Void()
    {
        Interlocked.Increment(ref _token);
        SyncedAtMs = long.MinValue;
    }
}
