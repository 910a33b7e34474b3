using Henge.Storage.Arenas;
using Henge.Storage.Entries;

namespace Henge.Storage.Eviction;

/// <summary>A queue of entries from oldest to newest, doubly linked by handles inside the entries' headers.</summary>
internal struct EntryQueue
{
    /// <summary>The newest entry; 0 when empty.</summary>
    public uint Newest;

    /// <summary>The oldest entry; 0 when empty.</summary>
    public uint Oldest;

    /// <summary>Entries in the queue.</summary>
    public long Count;

    /// <summary>Adds an entry as the newest.</summary>
    public void Add(Arena arena, uint handle)
    {
        Entry entry = arena[handle];
        entry.Newer = 0;
        entry.Older = Newest;
        if (Newest != 0)
        {
            arena[Newest].Newer = handle;
        }
        else
        {
            Oldest = handle;
        }
        Newest = handle;
        Count++;
    }

    /// <summary>Takes an entry out.</summary>
    public void Remove(Arena arena, uint handle)
    {
        Entry entry = arena[handle];
        (uint newer, uint older) = (entry.Newer, entry.Older);
        if (newer != 0)
        {
            arena[newer].Older = older;
        }
        else
        {
            Newest = older;
        }
        if (older != 0)
        {
            arena[older].Newer = newer;
        }
        else
        {
            Oldest = newer;
        }
        Count--;
    }

    /// <summary>Makes the neighbours of an entry, copied with its links, point to its new handle.</summary>
    public void Moved(Arena arena, uint newHandle)
    {
        Entry entry = arena[newHandle];
        if (entry.Newer != 0)
        {
            arena[entry.Newer].Older = newHandle;
        }
        else
        {
            Newest = newHandle;
        }
        if (entry.Older != 0)
        {
            arena[entry.Older].Newer = newHandle;
        }
        else
        {
            Oldest = newHandle;
        }
    }
}
