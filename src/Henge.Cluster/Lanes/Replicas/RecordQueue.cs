namespace Henge.Cluster.Lanes.Replicas;

/// <summary>Records in order, in a ring of memory that grows; both ends in O(1).</summary>
internal sealed class RecordQueue
{
    private QueuedRecord[] _items = new QueuedRecord[16];
    private int _first;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>One of them, counted from the first.</summary>
    public ref readonly QueuedRecord this[int index] => ref _items[(_first + index) & (_items.Length - 1)];

    /// <summary>Puts one at the end.</summary>
    public void AddLast(in QueuedRecord record)
    {
        Grow();
        _items[(_first + Count++) & (_items.Length - 1)] = record;
    }

    /// <summary>Puts one before the first.</summary>
    public void AddFirst(in QueuedRecord record)
    {
        Grow();
        _first = (_first - 1) & (_items.Length - 1);
        _items[_first] = record;
        Count++;
    }

    /// <summary>Takes the first.</summary>
    public QueuedRecord RemoveFirst()
    {
        QueuedRecord record = _items[_first];
        _items[_first] = default;
        _first = (_first + 1) & (_items.Length - 1);
        Count--;
        return record;
    }

    /// <summary>Takes the last.</summary>
    public QueuedRecord RemoveLast()
    {
        int last = (_first + --Count) & (_items.Length - 1);
        QueuedRecord record = _items[last];
        _items[last] = default;
        return record;
    }

    /// <summary>Takes out all that nobody waits for any more. O(count).</summary>
    public void RemoveStale()
    {
        for (int i = Count; i > 0; i--)
        {
            QueuedRecord record = RemoveFirst();
            if (record.IsCurrent)
            {
                AddLast(record);
            }
        }
    }

    private void Grow()
    {
        if (Count < _items.Length)
        {
            return;
        }
        var larger = new QueuedRecord[2 * _items.Length];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = this[i];
        }
        _items = larger;
        _first = 0;
    }
}
