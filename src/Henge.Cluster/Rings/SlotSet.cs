using System.Numerics;

namespace Henge.Cluster.Rings;

/// <summary>A set of slots: one bit each.</summary>
internal sealed class SlotSet
{
    private readonly ulong[] _bits = new ulong[Slot.Count / 64];

    /// <summary>How many slots are in it.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a slot is in it.</summary>
    public bool Contains(int slot) => (_bits[slot >> 6] >> slot & 1) != 0;

    /// <summary>Puts a slot in; false when it was there.</summary>
    public bool Add(int slot)
    {
        if (Contains(slot))
        {
            return false;
        }
        _bits[slot >> 6] |= 1UL << slot;
        Count++;
        return true;
    }

    /// <summary>Takes a slot out; false when it was not there.</summary>
    public bool Remove(int slot)
    {
        if (!Contains(slot))
        {
            return false;
        }
        _bits[slot >> 6] &= ~(1UL << slot);
        Count--;
        return true;
    }

    /// <summary>Takes all slots out.</summary>
    public void Clear()
    {
        Array.Clear(_bits);
        Count = 0;
    }

    /// <summary>The first slot at or after <paramref name="from"/> that is in it; -1 when there is none.</summary>
    public int Next(int from)
    {
        if (from >= Slot.Count)
        {
            return -1;
        }
        int word = from >> 6;
        ulong bits = _bits[word] & ulong.MaxValue << from;
        while (bits == 0)
        {
            if (++word == _bits.Length)
            {
                return -1;
            }
            bits = _bits[word];
        }
        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }
}
