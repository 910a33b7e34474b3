using Henge.Storage.Arenas;
using Henge.Storage.Entries;
using Henge.Storage.Indexing;
using Henge.Storage.Regions;

namespace Henge.Storage.Eviction;

/// <summary>
/// W-TinyLFU (Einziger, Friedman and Manes, ACM TOS 2017): new entries enter a window of a hundredth under LRU. Who
/// leaves it must have been used more often than the oldest entry on probation to take its place. Entries on
/// probation that are used become protected, up to four fifths of the main space; the oldest protected falls back.
/// Requests that favour the recent want a larger window: its share climbs towards the better hit ratio (Einziger et
/// al., Middleware 2018), a step every ten requests an entry.
/// </summary>
internal sealed class TinyLfuOrder : IEvictionOrder
{
    private const int Window = 0;
    private const int Probation = 1;
    private const int Protected = 2;
    private const double LeastWindow = 0.01;
    private const double MostWindow = 0.8;
    private const double FirstStep = 0.0625;
    private const double StepDecay = 0.98;
    private const double ChangeToRestart = 0.05;
    private const int RequestsPerEntry = 10;
    private readonly Arena _arena;
    private readonly KeyHasher _hasher;
    private readonly FrequencySketch _sketch;
    private readonly EntryQueue[] _queues = new EntryQueue[3];
    private double _windowShare = LeastWindow;
    private double _step = FirstStep;
    private double _hitRatio;
    private long _hits;
    private long _requests;

    /// <summary>Creates an empty order over the entries of an arena.</summary>
    public TinyLfuOrder(Arena arena, KeyHasher hasher, MemoryBudget budget)
    {
        _arena = arena;
        _hasher = hasher;
        _sketch = new FrequencySketch(budget);
    }

    /// <inheritdoc/>
    public bool OrdersByUse => false;

    /// <inheritdoc/>
    public WalkCursors Walks { get; } = new();

    /// <inheritdoc/>
    public long CountedBytes => _sketch.CountedBytes;

    private long Count => _queues[Window].Count + _queues[Probation].Count + _queues[Protected].Count;

    private long WindowEntries => (long)(Count * _windowShare);

    /// <inheritdoc/>
    public void Add(uint handle)
    {
        Entry entry = _arena[handle];
        _sketch.Add(_hasher.Hash(entry.Key), Count + 1);
        entry.Queue = Window;
        _queues[Window].Add(_arena, handle);
        // Nobody needed room, so who leaves the window competes with nobody.
        for (int i = 0; i < 2 && _queues[Window].Count > 1 + WindowEntries; i++)
        {
            Requeue(_queues[Window].Oldest, Probation);
        }
        Climb(hits: 0, requests: 1);
    }

    /// <inheritdoc/>
    public void Touch(ReadOnlySpan<uint> handles)
    {
        foreach (uint handle in handles)
        {
            if (handle == 0)
            {
                continue;
            }
            Entry entry = _arena[handle];
            _sketch.Add(_hasher.Hash(entry.Key), Count);
            Requeue(handle, entry.Queue == Window ? Window : Protected);
            long main = _queues[Probation].Count + _queues[Protected].Count;
            if (_queues[Protected].Count * 5 > main * 4)
            {
                Requeue(_queues[Protected].Oldest, Probation);
            }
        }
        Climb(handles.Length, handles.Length);
    }

    /// <inheritdoc/>
    public void Remove(uint handle)
    {
        if (!Walks.IsEmpty)
        {
            Walks.Move(handle, Previous(handle));
        }
        _queues[_arena[handle].Queue].Remove(_arena, handle);
    }

    /// <inheritdoc/>
    public void Moved(uint newHandle) => _queues[_arena[newHandle].Queue].Moved(_arena, newHandle);

    /// <inheritdoc/>
    public uint Victim(uint keep)
    {
        uint resident = Oldest(Probation, keep) is var probation and not 0 ? probation : Oldest(Protected, keep);
        uint leaver = Oldest(Window, keep);
        if (resident == 0 || leaver == 0)
        {
            return resident != 0 ? resident : leaver;
        }
        if (_queues[Window].Count <= WindowEntries)
        {
            return resident;
        }
        if (Uses(leaver) > Uses(resident))
        {
            Requeue(leaver, Probation);
            return resident;
        }
        return leaver;
    }

    /// <inheritdoc/>
    public uint Next(uint handle)
    {
        uint next = handle == 0 ? 0 : _arena[handle].Newer;
        for (int queue = handle == 0 ? Window : _arena[handle].Queue + 1; next == 0 && queue <= Protected; queue++)
        {
            next = _queues[queue].Oldest;
        }
        return next;
    }

    /// <inheritdoc/>
    public uint Previous(uint handle)
    {
        uint previous = _arena[handle].Older;
        for (int queue = _arena[handle].Queue - 1; previous == 0 && queue >= Window; queue--)
        {
            previous = _queues[queue].Newest;
        }
        return previous;
    }

    /// <inheritdoc/>
    public void Clear()
    {
        Array.Clear(_queues);
        Walks.Clear();
        _sketch.Clear();
    }

    private uint Oldest(int queue, uint keep)
    {
        uint oldest = _queues[queue].Oldest;
        return oldest != 0 && oldest == keep ? _arena[oldest].Newer : oldest;
    }

    /// <summary>
    /// Counts requests, and after enough of them moves the window's share on, or back when it did harm.
    /// </summary>
    private void Climb(int hits, int requests)
    {
        _hits += hits;
        _requests += requests;
        if (_requests < Count * RequestsPerEntry)
        {
            return;
        }
        double ratio = (double)_hits / _requests;
        double change = ratio - _hitRatio;
        double step = change >= 0 ? _step : -_step;
        _windowShare = Math.Clamp(_windowShare + step, LeastWindow, MostWindow);
        _step = Math.Abs(change) >= ChangeToRestart ? Math.CopySign(FirstStep, step) : step * StepDecay;
        _hitRatio = ratio;
        _hits = _requests = 0;
    }

    private int Uses(uint handle) => _sketch.Estimate(_hasher.Hash(_arena[handle].Key));

    private void Requeue(uint handle, int queue)
    {
        Remove(handle);
        Entry entry = _arena[handle];
        entry.Queue = queue;
        _queues[queue].Add(_arena, handle);
    }
}
