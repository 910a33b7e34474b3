using System.Diagnostics;

using Henge.Storage.Arenas;
using Henge.Storage.Entries;
using Henge.Storage.Expiry;
using Henge.Storage.Figures;

namespace Henge.Storage.Shards;

/// <summary>
/// Makes room in one shard. Memory is never stuck in the wrong size class: when evicting leaves free slots scattered
/// over part-filled pages, the sparsest page of the class with most of them is emptied by moving its live entries
/// (each in O(1)), and the page goes to whoever wants it. The shard's lock guards it.
/// </summary>
internal sealed class Reclaimer : IExpirySink
{
    // Pages are drained once this part of the shard's bytes is free slots; below it evicting is cheaper than moving.
    private const int SlackShare = 16;
    private readonly Shard _shard;
    private readonly StoreCore _core;
    private readonly Arena _arena;

    /// <summary>Creates the reclaimer of a shard.</summary>
    public Reclaimer(Shard shard, StoreCore core)
    {
        _shard = shard;
        _core = core;
        _arena = shard.Arena;
    }

    /// <summary>How long ago what was evicted had been written, in milliseconds.</summary>
    public LogHistogram EvictionAges { get; } = new();

    /// <summary>How long after its deadline what nobody asked for was taken away, in milliseconds.</summary>
    public LogHistogram ExpiryLags { get; } = new();

    private bool SlackIsHigh => _arena.SlackBytes * SlackShare > (long)_arena.HeldPages * SizeClasses.PageBytes;

    /// <summary>
    /// Enters the lock, expires what is due, purges tombstones and evicts down to lowered limits, about
    /// <paramref name="budget"/> entries' worth; returns true when more is due.
    /// </summary>
    public bool Sweep(long nowMs, int budget)
    {
        _shard.Lock.Enter();
        try
        {
            bool more = _shard.Wheel.Advance(nowMs, budget, this) | _shard.Tombstones.Sweep(nowMs, budget);
            for (int i = 0; i < budget && _core.Memory.Excess is var excess and > 0; i++)
            {
                more |= _core.Extents.TryReleaseWarm(excess) || TryGiveBack(keep: 0);
            }
            for (long i = Math.Min(budget, _core.Entries.Excess); i > 0; i--)
            {
                more |= TryEvict(keep: 0);
            }
            _shard.Index.Shrink();
            return more;
        }
        finally
        {
            _shard.Lock.Exit();
        }
    }

    /// <summary>
    /// One step towards room in this shard: a page emptied or an entry evicted, but never <paramref name="keep"/>;
    /// tombstones go when nothing else is left. False when there is nothing left to give.
    /// </summary>
    public bool TryMakeRoom(uint keep) => (SlackIsHigh && TryDrain()) || TryEvict(keep) || TryDrain()
        || _shard.Tombstones.TryDropOldest();

    /// <summary>As <see cref="TryMakeRoom"/>, giving an emptied page back to the budget for others.</summary>
    public bool TryGiveBack(uint keep)
    {
        if (_arena.TryReturnPage())
        {
            return true;
        }
        if (!TryMakeRoom(keep))
        {
            return false;
        }
        _arena.TryReturnPage();
        return true;
    }

    /// <summary>
    /// Evicts entries worth <paramref name="bytes"/>, never <paramref name="keep"/>, and gives the memory that this
    /// empties back to the budget.
    /// </summary>
    /// <returns>Bytes of the entries evicted.</returns>
    public long GiveBack(uint keep, long bytes)
    {
        long given = 0;
        while (given < bytes && _shard.Victim(keep) is var victim and not 0)
        {
            given += _shard.Writer.CountedBytes(victim);
            Evict(victim);
        }
        while (given < bytes && _shard.Tombstones.Bytes is var before and not 0)
        {
            _shard.Tombstones.TryDropOldest();
            given += before - _shard.Tombstones.Bytes;
        }
        do
        {
            while (_arena.TryReturnPage())
            {
            }
        }
        while (SlackIsHigh && TryDrain());
        return given;
    }

    /// <summary>Evicts the entry that the policy chooses, but never <paramref name="keep"/>.</summary>
    public bool TryEvict(uint keep)
    {
        uint victim = _shard.Victim(keep);
        if (victim == 0)
        {
            return false;
        }
        Evict(victim);
        return true;
    }

    /// <inheritdoc/>
    public void Expire(uint handle)
    {
        ExpiryLags.Add(_core.NowMs - _arena[handle].ExpiresAtMs);
        _shard.Expire(handle);
    }

    private void Evict(uint victim)
    {
        EvictionAges.Add(_core.NowMs - VersionClock.MillisecondsOf(_arena[victim].Version));
        _shard.Evict(victim);
    }

    private bool TryDrain()
    {
        uint page = _arena.BeginDrain();
        if (page == 0)
        {
            return false;
        }
        int slot = 0;
        while (_arena.NextLive(page, ref slot) is var handle and not 0)
        {
            Relocate(handle);
        }
        _arena.EndDrain(page);
        return true;
    }

    /// <summary>Moves an entry or tombstone to another slot of its class; there must be a free one.</summary>
    private void Relocate(uint handle)
    {
        int sizeClass = _arena.ClassOf(handle);
        bool taken = _arena.TryTake(sizeClass, out uint newHandle);
        Debug.Assert(taken, "A page is drained only into free slots of its class.");
        Entry old = _arena[handle];
        Entry copy = _arena[newHandle];
        copy.CopySlot(old, SizeClasses.SlotBytes(sizeClass));
        ulong hash = _core.Hasher.Hash(copy.Key);
        if (copy.IsTombstone)
        {
            _shard.Index.Replace(hash, handle, newHandle);
            _shard.Tombstones.Moved(handle, newHandle);
            _shard.Buried(handle, newHandle);
        }
        else
        {
            _shard.Replace(hash, handle, newHandle);
            if (copy.HasExpiry)
            {
                _shard.Wheel.Moved(newHandle);
            }
        }
        _arena.Free(handle);
    }
}
