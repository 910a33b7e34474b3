namespace Henge.Protocol;

/// <summary>
/// Positions of words in a buffer: a list that grows and is filled again and again without allocating. Not thread safe.
/// </summary>
internal sealed class ByteRangeList
{
    private ByteRange[] _items;
    private int _count;

    /// <summary>Creates a list with room for <paramref name="capacity"/> ranges.</summary>
    public ByteRangeList(int capacity = 16) => _items = new ByteRange[capacity];

    /// <summary>Ranges in the list.</summary>
    public int Count => _count;

    /// <summary>Ranges it has room for, eight bytes each.</summary>
    public int Capacity => _items.Length;

    /// <summary>Range <paramref name="index"/>.</summary>
    public ByteRange this[int index] => _items[index];

    /// <summary>Adds one range at the end.</summary>
    public void Add(int start, int length)
    {
        ByteRange[] items = _items;
        int count = _count;
        if ((uint)count < (uint)items.Length)
        {
            items[count] = new ByteRange(start, length);
            _count = count + 1;
            return;
        }
        Grow(count + 1);
        _items[count] = new ByteRange(start, length);
        _count = count + 1;
    }

    /// <summary>
    /// Adds ranges <paramref name="from"/> to the end of <paramref name="source"/>, moved by a distance.
    /// </summary>
    public void AddMoved(ByteRangeList source, int from, int distance)
    {
        Grow(_count + source._count - from);
        for (int i = from; i < source._count; i++)
        {
            ByteRange range = source._items[i];
            _items[_count++] = new ByteRange(range.Start + distance, range.Length);
        }
    }

    /// <summary>A piece of the list; valid until the next addition.</summary>
    public ReadOnlySpan<ByteRange> Slice(int start, int count) => _items.AsSpan(start, count);

    /// <summary>Drops the ranges from <paramref name="count"/> on.</summary>
    public void Truncate(int count) => _count = Math.Min(_count, count);

    /// <summary>Empties the list; room beyond <paramref name="keep"/> ranges is given back.</summary>
    public void Clear(int keep)
    {
        _count = 0;
        if (_items.Length > keep)
        {
            _items = new ByteRange[keep];
        }
    }

    private void Grow(int needed)
    {
        if (needed > _items.Length)
        {
            Array.Resize(ref _items, Math.Max(needed, _items.Length * 2));
        }
    }
}
