using System.Runtime.CompilerServices;

namespace Henge.Cluster.Rings;

/// <summary>
/// The first few of each slot's order, while members are offered one after the other: an insertion into a short sorted
/// row. With zones, a row holds at most one member of each.
/// </summary>
internal sealed class SlotOrder
{
    private readonly int _width;
    private readonly ulong[] _costs;
    private readonly ushort[] _places;
    private readonly int[]? _zones;

    /// <summary>Creates rows of a width.</summary>
    /// <param name="width">Members kept for each slot.</param>
    /// <param name="zones">The zone of each place, to keep only the cheapest of each zone; null for any zones.</param>
    public SlotOrder(int width, int[]? zones)
    {
        _width = width;
        _zones = zones;
        _costs = new ulong[Slot.Count * width];
        _places = new ushort[Slot.Count * width];
        Array.Fill(_costs, ulong.MaxValue);
    }

    /// <summary>The members of a slot, cheapest first.</summary>
    public ReadOnlySpan<ushort> this[int slot]
    {
        get
        {
            ReadOnlySpan<ulong> costs = _costs.AsSpan(slot * _width, _width);
            int count = costs.IndexOf(ulong.MaxValue);
            return _places.AsSpan(slot * _width, count < 0 ? _width : count);
        }
    }

    /// <summary>All rows one after the other, where each is full.</summary>
    public ushort[] Places => _places;

    /// <summary>
    /// Offers a member to every slot. Members come in the order of their ids, which decides between equals.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Offer(ushort place, ReadOnlySpan<ulong> costs)
    {
        int last = _width - 1;
        for (int slot = 0; slot < costs.Length; slot++)
        {
            ulong cost = costs[slot];
            int row = slot * _width;
            if (cost < _costs[row + last])
            {
                Insert(row, place, cost);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Insert(int row, ushort place, ulong cost)
    {
        int at = row + _width - 1;
        if (_zones is not null)
        {
            int same = OfSameZone(row, place);
            if (same >= 0)
            {
                if (_costs[same] <= cost)
                {
                    return;
                }
                at = same;
            }
        }
        while (at > row && _costs[at - 1] > cost)
        {
            _costs[at] = _costs[at - 1];
            _places[at] = _places[at - 1];
            at--;
        }
        _costs[at] = cost;
        _places[at] = place;
    }

    private int OfSameZone(int row, ushort place)
    {
        for (int i = row; i < row + _width && _costs[i] != ulong.MaxValue; i++)
        {
            if (_zones![_places[i]] == _zones[place])
            {
                return i;
            }
        }
        return -1;
    }
}
