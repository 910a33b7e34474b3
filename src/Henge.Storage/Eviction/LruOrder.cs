using System.Runtime.Intrinsics.X86;

using Henge.Storage.Arenas;
using Henge.Storage.Entries;

namespace Henge.Storage.Eviction;

/// <summary>
/// Exact least recently used. Reads do not come here one by one: the shard collects them in its touch ring, and the
/// batch is applied with the entries and then their neighbours prefetched, so that the cache misses overlap.
/// </summary>
internal sealed unsafe class LruOrder : IEvictionOrder
{
    private readonly Arena _arena;
    private EntryQueue _queue;

    /// <summary>Creates an empty order over the entries of an arena.</summary>
    public LruOrder(Arena arena) => _arena = arena;

    /// <inheritdoc/>
    public bool OrdersByUse => true;

    /// <inheritdoc/>
    public WalkCursors Walks { get; } = new();

    /// <inheritdoc/>
    public long CountedBytes => 0;

    /// <inheritdoc/>
    public void Add(uint handle) => _queue.Add(_arena, handle);

    /// <inheritdoc/>
    public void Touch(ReadOnlySpan<uint> handles)
    {
        Prefetch(handles);
        foreach (uint handle in handles)
        {
            if (handle != 0 && handle != _queue.Newest)
            {
                Remove(handle);
                _queue.Add(_arena, handle);
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
        _queue.Remove(_arena, handle);
    }

    /// <inheritdoc/>
    public void Moved(uint newHandle) => _queue.Moved(_arena, newHandle);

    /// <inheritdoc/>
    public uint Victim(uint keep) =>
        _queue.Oldest != keep || keep == 0 ? _queue.Oldest : _arena[keep].Newer;

    /// <inheritdoc/>
    public uint Next(uint handle) => handle == 0 ? _queue.Oldest : _arena[handle].Newer;

    /// <inheritdoc/>
    public uint Previous(uint handle) => _arena[handle].Older;

    /// <inheritdoc/>
    public void Clear()
    {
        _queue = default;
        Walks.Clear();
    }

    /// <summary>Hints only: the arena owns what the addresses point to.</summary>
    private void Prefetch(ReadOnlySpan<uint> handles)
    {
        if (!Sse.IsSupported || handles.Length < 4)
        {
            return;
        }
        foreach (uint handle in handles)
        {
            Sse.Prefetch0(_arena.AddressOf(handle));
        }
        foreach (uint handle in handles)
        {
            if (handle != 0)
            {
                Entry entry = _arena[handle];
                Sse.Prefetch0(_arena.AddressOf(entry.Newer));
                Sse.Prefetch0(_arena.AddressOf(entry.Older));
            }
        }
    }
}
