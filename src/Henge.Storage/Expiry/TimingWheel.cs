using Henge.Storage.Arenas;
using Henge.Storage.Entries;

namespace Henge.Storage.Expiry;

/// <summary>
/// Deadlines of one shard in a hierarchical timing wheel (Varghese and Lauck, SOSP 1987), its lists linked by handles
/// inside the entries: adding, taking out and expiring cost O(1), and nothing is ever scanned.
/// <para>
/// A tick is 128 ms. Level 0 has a list for each tick, level 1 for each 256 ticks (33 s), level 2 for 2.3 h, level 3
/// for
/// 25 days. A list of a level is dealt out to the level below one whole unit before it is needed, in pieces, so a
/// million entries in one list delay nothing. <c>_hand[l]</c> is the last unit of level l that was dealt out; level 0
/// therefore holds up to two units of level 1 and has twice the lists.
/// </para>
/// <para>
/// Every entry that a list gives is looked at anew: due ones expire, others are placed again from their deadline. So a
/// list visited too early (the clock went back, a deadline beyond the last level) costs work, never a wrong answer, and
/// no list is visited later than its entries are due. The shard's lock guards the wheel.
/// </para>
/// </summary>
internal sealed class TimingWheel
{
    /// <summary>Length of a tick, in milliseconds.</summary>
    public const int TickMs = 128;

    private const int Levels = 4;
    private const int UnitBits = 8;
    private const int Lists = 1 << UnitBits;
    private const int TicksShift = 7;
    private const int DueList = Lists * (Levels + 1);
    private const int DealtList = DueList + 1;
    private const int ListCount = DealtList + 1;

    private readonly Arena _arena;
    private readonly uint[] _heads = new uint[ListCount];
    private readonly long[] _hand = new long[Levels];

    /// <summary>Creates an empty wheel over the entries of an arena.</summary>
    public TimingWheel(Arena arena) => _arena = arena;

    /// <summary>Entries with a deadline.</summary>
    public long Count { get; private set; }

    /// <summary>Takes in an entry whose deadline is written.</summary>
    public void Add(uint handle, long nowMs)
    {
        if (Count == 0)
        {
            SetHands(nowMs >> TicksShift);
        }
        Count++;
        Place(handle);
    }

    /// <summary>Takes an entry out.</summary>
    public void Remove(uint handle)
    {
        Count--;
        Unlink(handle);
    }

    /// <summary>An entry was copied, links included, to a new handle.</summary>
    public void Moved(uint newHandle)
    {
        Entry entry = _arena[newHandle];
        if (entry.WheelPrevious >= Arena.HandleEnd)
        {
            _heads[entry.WheelPrevious - Arena.HandleEnd] = newHandle;
        }
        else
        {
            _arena[entry.WheelPrevious].WheelNext = newHandle;
        }
        if (entry.WheelNext != 0)
        {
            _arena[entry.WheelNext].WheelPrevious = newHandle;
        }
    }

    /// <summary>
    /// Expires what is due, at most about <paramref name="budget"/> entries' worth of work, and turns the wheel.
    /// </summary>
    /// <returns>True when more is due now.</returns>
    public bool Advance<TSink>(long nowMs, int budget, TSink sink)
        where TSink : IExpirySink
    {
        if (Count == 0)
        {
            return false;
        }
        long now = nowMs >> TicksShift;
        if (now + (1000 / TickMs) < _hand[0])
        {
            // The clock went back: turn back too, or entries set from now on would wait until it has caught up.
            SetHands(now);
        }
        while (budget > 0)
        {
            if (_heads[DueList] != 0)
            {
                TakeDue(nowMs, sink);
                budget--;
            }
            else if (!TryTurn(now, ref budget))
            {
                break;
            }
        }
        while (budget > 0 && DealAhead())
        {
            budget--;
        }
        return budget <= 0 && Count > 0;
    }

    /// <summary>Forgets all entries.</summary>
    public void Clear()
    {
        Array.Clear(_heads);
        Count = 0;
    }

    /// <summary>Walks all lists and checks their links and the count; for tests.</summary>
    /// <exception cref="InvalidOperationException">Something does not agree.</exception>
    internal void Verify()
    {
        long seen = 0;
        for (int list = 0; list < ListCount; list++)
        {
            uint expected = Arena.HandleEnd + (uint)list;
            for (uint handle = _heads[list]; handle != 0; handle = _arena[handle].WheelNext)
            {
                if (_arena[handle].WheelPrevious != expected || ++seen > Count)
                {
                    throw new InvalidOperationException($"Wheel list {list} is broken at entry {handle}.");
                }
                expected = handle;
            }
        }
        if (seen != Count)
        {
            throw new InvalidOperationException($"The wheel holds {seen} entries and counts {Count}.");
        }
    }

    private void TakeDue<TSink>(long nowMs, TSink sink)
        where TSink : IExpirySink
    {
        uint handle = _heads[DueList];
        Unlink(handle);
        if (_arena[handle].IsExpired(nowMs))
        {
            Count--;
            sink.Expire(handle);
        }
        else
        {
            Place(handle);
        }
    }

    /// <summary>
    /// Turns level 0 by one tick (or over ticks known to be empty); false when it has reached the present.
    /// </summary>
    private bool TryTurn(long now, ref int budget)
    {
        // The present tick is not over: its entries are due when it is, at most 128 ms late.
        if (_hand[0] >= now - 1)
        {
            return false;
        }
        long next = _hand[0] + 1;
        if ((next & (Lists - 1)) == 0)
        {
            if (next >> UnitBits > _hand[1] || _heads[DealtList] != 0)
            {
                // Reached only after a long pause or a leap of the clock: the unit is dealt out before it begins.
                DealAhead();
                budget--;
                return true;
            }
            if (!_heads.AsSpan(0, 2 * Lists).ContainsAnyExcept(0u))
            {
                _hand[0] = Math.Min(next + Lists - 1, now - 1);
                return true;
            }
        }
        _hand[0] = next;
        Detach(ListOf(0, next), DueList);
        return true;
    }

    /// <summary>One step of dealing the next unit out to the level below, a unit ahead of its need.</summary>
    /// <returns>False when nothing is to be dealt out.</returns>
    private bool DealAhead()
    {
        if (_heads[DealtList] != 0)
        {
            uint handle = _heads[DealtList];
            Unlink(handle);
            Place(handle);
            return true;
        }
        long wanted = (_hand[0] >> UnitBits) + 1;
        if (_hand[1] >= wanted)
        {
            return false;
        }
        // The unit's own unit must be dealt out before it, from the top level down.
        int level = 1;
        while (level < Levels - 1 && (_hand[level] + 1) >> UnitBits > _hand[level + 1])
        {
            level++;
        }
        _hand[level]++;
        Detach(ListOf(level, _hand[level]), DealtList);
        return true;
    }

    private void Place(uint handle)
    {
        long tick = Math.Max(_arena[handle].ExpiresAtMs >> TicksShift, _hand[0] + 1);
        int level = 0;
        while (level < Levels - 1 && tick >> (UnitBits * (level + 1)) > _hand[level + 1])
        {
            level++;
        }
        long unit = tick >> (UnitBits * level);
        if (level == Levels - 1)
        {
            // Beyond the last level's reach the entry waits in its last list and is placed again from there.
            unit = Math.Min(unit, _hand[level] + Lists - 1);
        }
        Link(ListOf(level, unit), handle);
    }

    private static int ListOf(int level, long unit) => level == 0
        ? (int)(unit & ((2 * Lists) - 1))
        : (Lists * (level + 1)) + (int)(unit & (Lists - 1));

    private void SetHands(long now)
    {
        _hand[0] = now - 1;
        _hand[1] = (_hand[0] >> UnitBits) + 1;
        for (int level = 2; level < Levels; level++)
        {
            _hand[level] = _hand[level - 1] >> UnitBits;
        }
    }

    /// <summary>Makes a whole list one of the two that are worked off.</summary>
    private void Detach(int list, int into)
    {
        uint head = _heads[list];
        _heads[list] = 0;
        _heads[into] = head;
        if (head != 0)
        {
            _arena[head].WheelPrevious = Arena.HandleEnd + (uint)into;
        }
    }

    private void Link(int list, uint handle)
    {
        Entry entry = _arena[handle];
        uint head = _heads[list];
        entry.WheelPrevious = Arena.HandleEnd + (uint)list;
        entry.WheelNext = head;
        if (head != 0)
        {
            _arena[head].WheelPrevious = handle;
        }
        _heads[list] = handle;
    }

    private void Unlink(uint handle)
    {
        Entry entry = _arena[handle];
        (uint previous, uint next) = (entry.WheelPrevious, entry.WheelNext);
        if (previous >= Arena.HandleEnd)
        {
            _heads[previous - Arena.HandleEnd] = next;
        }
        else
        {
            _arena[previous].WheelNext = next;
        }
        if (next != 0)
        {
            _arena[next].WheelPrevious = previous;
        }
    }
}
