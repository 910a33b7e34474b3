using Henge.Storage.Arenas;
using Henge.Storage.Entries;
using Henge.Storage.Indexing;
using Henge.Storage.Regions;

namespace Henge.Storage.Eviction;

/// <summary>
/// S3-FIFO (Yang et al., SOSP 2023): new entries pass a small queue of a tenth; those used again there go on to the
/// main
/// queue, the others are evicted and remembered as ghosts, which come back straight into the main queue. The main
/// queue gives used entries another round. A use only counts in the entry's two frequency bits.
/// </summary>
internal sealed class S3FifoOrder : IEvictionOrder
{
    private const int Small = 0;
    private const int Main = 1;
    private const int SmallShare = 10;
    private const int MostUses = 3;
    private const int UsesToStay = 2;
    private readonly Arena _arena;
    private readonly KeyHasher _hasher;
    private readonly GhostTable _ghosts;
    private EntryQueue _small;
    private EntryQueue _main;

    /// <summary>Creates an empty order over the entries of an arena.</summary>
    public S3FifoOrder(Arena arena, KeyHasher hasher, MemoryBudget budget)
    {
        _arena = arena;
        _hasher = hasher;
        _ghosts = new GhostTable(budget);
    }

    /// <inheritdoc/>
    public bool OrdersByUse => false;

    /// <inheritdoc/>
    public WalkCursors Walks { get; } = new();

    /// <inheritdoc/>
    public long CountedBytes => _ghosts.CountedBytes;

    private long Count => _small.Count + _main.Count;

    /// <inheritdoc/>
    public void Add(uint handle)
    {
        Entry entry = _arena[handle];
        entry.Frequency = 0;
        _ghosts.Reserve(Count + 1);
        bool returns = _ghosts.Take(_hasher.Hash(entry.Key), _main.Count + 1);
        entry.Queue = returns ? Main : Small;
        QueueOf(entry).Add(_arena, handle);
    }

    /// <inheritdoc/>
    public void Touch(ReadOnlySpan<uint> handles)
    {
        foreach (uint handle in handles)
        {
            if (handle != 0)
            {
                Entry entry = _arena[handle];
                entry.Frequency = Math.Min(entry.Frequency + 1, MostUses);
            }
        }
    }

    /// <inheritdoc/>
    public void Remove(uint handle)
    {
        if (!Walks.IsEmpty)
        {
            Walks.Move(handle, Previous(handle));
        }
        QueueOf(_arena[handle]).Remove(_arena, handle);
    }

    /// <inheritdoc/>
    public void Moved(uint newHandle) => QueueOf(_arena[newHandle]).Moved(_arena, newHandle);

    /// <inheritdoc/>
    public uint Victim(uint keep)
    {
        // Every step takes a use from an entry or passes it on, so four rounds come to an end; the bound is for a
        // store that holds nothing else than the entry to keep.
        for (long steps = (Count * (MostUses + 1)) + 1; steps > 0; steps--)
        {
            bool fromSmall = _small.Count > 0 && (_small.Count * SmallShare >= Count || _main.Count == 0);
            uint oldest = fromSmall ? _small.Oldest : _main.Oldest;
            if (oldest == 0)
            {
                return 0;
            }
            Entry entry = _arena[oldest];
            if (oldest == keep)
            {
                Requeue(oldest, fromSmall ? Small : Main);
            }
            else if (fromSmall && entry.Frequency >= UsesToStay)
            {
                entry.Frequency = 0;
                Requeue(oldest, Main);
            }
            else if (!fromSmall && entry.Frequency > 0)
            {
                entry.Frequency--;
                Requeue(oldest, Main);
            }
            else
            {
                if (fromSmall)
                {
                    _ghosts.Add(_hasher.Hash(entry.Key));
                }
                return oldest;
            }
        }
        return 0;
    }

    /// <inheritdoc/>
    public uint Next(uint handle)
    {
        uint next = handle == 0 ? _small.Oldest : _arena[handle].Newer;
        bool endOfSmall = next == 0 && (handle == 0 || _arena[handle].Queue == Small);
        return endOfSmall ? _main.Oldest : next;
    }

    /// <inheritdoc/>
    public uint Previous(uint handle)
    {
        uint previous = _arena[handle].Older;
        return previous == 0 && _arena[handle].Queue == Main ? _small.Newest : previous;
    }

    /// <inheritdoc/>
    public void Clear()
    {
        _small = default;
        _main = default;
        Walks.Clear();
        _ghosts.Clear();
    }

    private void Requeue(uint handle, int queue)
    {
        Remove(handle);
        Entry entry = _arena[handle];
        entry.Queue = queue;
        QueueOf(entry).Add(_arena, handle);
    }

    private ref EntryQueue QueueOf(Entry entry) => ref entry.Queue == Small ? ref _small : ref _main;
}
