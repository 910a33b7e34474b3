namespace Henge.Storage.Slots;

/// <summary>
/// What a store keeps of each slot: how many live entries it has, and its floor. Thread safe; every count is exact once
/// the shards are still.
/// </summary>
internal sealed class SlotTable
{
    private readonly ISlotFunction _slots;
    private readonly int[] _counts;
    private readonly ulong[] _floors;

    /// <summary>Creates the table of <paramref name="count"/> slots.</summary>
    public SlotTable(ISlotFunction slots, int count)
    {
        _slots = slots;
        _counts = new int[count];
        _floors = new ulong[count];
    }

    /// <summary>How many slots there are.</summary>
    public int Length => _counts.Length;

    /// <summary>The slot of a key.</summary>
    public int SlotOf(ReadOnlySpan<byte> key) => _slots.SlotOf(key);

    /// <summary>Live entries of a slot.</summary>
    public int Count(int slot) => Volatile.Read(ref _counts[slot]);

    /// <summary>Counts a new entry.</summary>
    public void Add(ReadOnlySpan<byte> key) => Interlocked.Increment(ref _counts[_slots.SlotOf(key)]);

    /// <summary>Counts an entry less.</summary>
    public void Remove(ReadOnlySpan<byte> key) => Interlocked.Decrement(ref _counts[_slots.SlotOf(key)]);

    /// <summary>All entries are gone; the floors stay.</summary>
    public void Clear() => Array.Clear(_counts);

    /// <summary>The floor of a slot.</summary>
    public ulong Floor(int slot) => Volatile.Read(ref _floors[slot]);

    /// <summary>Raises the floor of a slot; a lower one changes nothing.</summary>
    public void RaiseFloor(int slot, ulong version)
    {
        ulong floor = Volatile.Read(ref _floors[slot]);
        while (floor < version)
        {
            ulong seen = Interlocked.CompareExchange(ref _floors[slot], version, floor);
            if (seen == floor)
            {
                return;
            }
            floor = seen;
        }
    }
}
