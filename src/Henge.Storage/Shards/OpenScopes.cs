using System.Runtime.CompilerServices;

namespace Henge.Storage.Shards;

/// <summary>
/// What the open scopes of one shard stand on, the one opened last at the end. The shard says here what becomes of
/// entries and tombstones, so that every scope stays right. The shard's lock guards it.
/// </summary>
internal struct OpenScopes
{
    private OpenEntry[] _open = new OpenEntry[4];
    private int _count;

    /// <summary>Creates it without open scopes.</summary>
    public OpenScopes()
    {
    }

    /// <summary>What a scope stands on.</summary>
    public readonly ref OpenEntry this[int scope] => ref _open[scope];

    /// <summary>What the scope opened last stands on.</summary>
    public readonly ref OpenEntry Last => ref _open[_count - 1];

    /// <summary>Opens a scope; returns its place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Push(ulong hash, uint handle, uint tombstone)
    {
        int scope = _count++;
        if (scope == _open.Length)
        {
            Array.Resize(ref _open, scope * 2);
        }
        _open[scope] = new OpenEntry { Hash = hash, Handle = handle, Tombstone = tombstone };
        return scope;
    }

    /// <summary>Closes the scope opened last.</summary>
    public void Pop() => _count--;

    /// <summary>A key without entry got one.</summary>
    public readonly void Inserted(ulong hash, uint handle)
    {
        foreach (ref OpenEntry open in _open.AsSpan(0, _count))
        {
            if (open.Hash == hash && open.Handle == 0)
            {
                open.Handle = handle;
            }
        }
    }

    /// <summary>An entry was moved, or with 0 went.</summary>
    public readonly void Moved(uint oldHandle, uint newHandle)
    {
        foreach (ref OpenEntry open in _open.AsSpan(0, _count))
        {
            if (open.Handle == oldHandle)
            {
                open.Handle = newHandle;
            }
        }
    }

    /// <summary>An entry became a tombstone, or a tombstone was moved, or with 0 went.</summary>
    public readonly void Buried(uint oldHandle, uint tombstone)
    {
        foreach (ref OpenEntry open in _open.AsSpan(0, _count))
        {
            if (open.Handle == oldHandle || open.Tombstone == oldHandle)
            {
                open.Handle = 0;
                open.Tombstone = tombstone;
            }
        }
    }

    /// <summary>A key without entry got a tombstone.</summary>
    public readonly void Kept(ulong hash, uint tombstone)
    {
        foreach (ref OpenEntry open in _open.AsSpan(0, _count))
        {
            if (open.Hash == hash)
            {
                open.Tombstone = tombstone;
            }
        }
    }

    /// <summary>All entries and tombstones are gone.</summary>
    public readonly void Clear()
    {
        foreach (ref OpenEntry open in _open.AsSpan(0, _count))
        {
            open.Handle = open.Tombstone = 0;
        }
    }
}
