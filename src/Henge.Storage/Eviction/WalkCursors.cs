namespace Henge.Storage.Eviction;

/// <summary>The walks under way over one queue, nearly always none or one. The shard's lock guards them.</summary>
internal sealed class WalkCursors
{
    private WalkCursor[] _cursors = [];

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _cursors.Length == 0;

    /// <summary>Begins a walk.</summary>
    public void Add(WalkCursor cursor) => _cursors = [.. _cursors, cursor];

    /// <summary>Ends a walk.</summary>
    public void Remove(WalkCursor cursor) => _cursors = [.. _cursors.Where(other => other != cursor)];

    /// <summary>
    /// Puts the walks that stand on one entry onto another: it was moved, or is about to be taken out.
    /// </summary>
    public void Move(uint from, uint to)
    {
        foreach (WalkCursor cursor in _cursors)
        {
            if (cursor.Visited == from)
            {
                cursor.Visited = to;
            }
        }
    }

    /// <summary>All entries are gone: every walk stands before the first.</summary>
    public void Clear()
    {
        foreach (WalkCursor cursor in _cursors)
        {
            cursor.Visited = 0;
        }
    }
}
