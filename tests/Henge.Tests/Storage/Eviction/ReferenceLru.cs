namespace Henge.Tests.Storage.Eviction;

/// <summary>A plain bounded LRU over small integer keys, as simple as can be: what exact means.</summary>
internal sealed class ReferenceLru
{
    private readonly int _capacity;
    private readonly int[] _newer;
    private readonly int[] _older;
    private readonly bool[] _held;
    private readonly int _ends;
    private int _count;

    public ReferenceLru(int keys, int capacity)
    {
        _capacity = capacity;
        _newer = new int[keys + 1];
        _older = new int[keys + 1];
        _held = new bool[keys];
        _ends = keys;
        _newer[_ends] = _older[_ends] = _ends;
    }

    /// <summary>Uses a key: true when it was held; else it comes in and the least recently used goes.</summary>
    public bool Use(int key)
    {
        bool hit = _held[key];
        if (hit)
        {
            Unlink(key);
        }
        else
        {
            if (_count == _capacity)
            {
                int oldest = _newer[_ends];
                Unlink(oldest);
                _held[oldest] = false;
                _count--;
            }
            _held[key] = true;
            _count++;
        }
        int newest = _older[_ends];
        (_older[key], _newer[key]) = (newest, _ends);
        _newer[newest] = key;
        _older[_ends] = key;
        return hit;
    }

    /// <summary>The keys held, least recently used first.</summary>
    public IEnumerable<int> OldestFirst()
    {
        for (int key = _newer[_ends]; key != _ends; key = _newer[key])
        {
            yield return key;
        }
    }

    private void Unlink(int key)
    {
        _newer[_older[key]] = _newer[key];
        _older[_newer[key]] = _older[key];
    }
}
