namespace Henge.Storage.Eviction;

/// <summary>
/// Which entry of a shard goes next: the seam between the shard and the eviction policies. It keeps its queues in the
/// entries' links. Uses arrive in batches, in order, before anything else is asked. The shard's lock guards it.
/// </summary>
internal interface IEvictionOrder
{
    /// <summary>
    /// Whether the order is that of the uses, so that a new entry must come behind uses that still wait.
    /// </summary>
    bool OrdersByUse { get; }

    /// <summary>
    /// The walks over <see cref="Next"/>. When an entry that one stands on is removed, its <see cref="Previous"/>,
    /// visited before it, takes its place.
    /// </summary>
    WalkCursors Walks { get; }

    /// <summary>Bytes beside the entries that the order took from the budget.</summary>
    long CountedBytes { get; }

    /// <summary>Takes in a new entry, as used just now.</summary>
    void Add(uint handle);

    /// <summary>Takes note of uses, oldest first; 0 stands for an entry that is gone.</summary>
    void Touch(ReadOnlySpan<uint> handles);

    /// <summary>Takes an entry out.</summary>
    void Remove(uint handle);

    /// <summary>An entry was copied, links included, to a new handle.</summary>
    void Moved(uint newHandle);

    /// <summary>
    /// The entry to evict, which the caller then removes; never <paramref name="keep"/>. 0 when there is none.
    /// </summary>
    uint Victim(uint keep);

    /// <summary>Walks all entries, those to be evicted first: the entry after <paramref name="handle"/>, the first for
    /// 0; 0 at the end.</summary>
    uint Next(uint handle);

    /// <summary>The entry before <paramref name="handle"/> in that walk; 0 at the start.</summary>
    uint Previous(uint handle);

    /// <summary>Forgets all entries.</summary>
    void Clear();
}
