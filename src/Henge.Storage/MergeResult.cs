namespace Henge.Storage;

/// <summary>What became of a record given to <see cref="Store.Merge"/>.</summary>
internal enum MergeResult
{
    /// <summary>It won and is stored (a tombstone: the entry is gone).</summary>
    Applied,

    /// <summary>What is here is the same.</summary>
    Same,

    /// <summary>What is here is newer.</summary>
    Older,

    /// <summary>Its key is unknown here and it is not newer than the slot's floor, or than the last flush.</summary>
    BelowFloor,

    /// <summary>It won, but had expired already: the key is absent now.</summary>
    Expired,

    /// <summary>Key, value or attributes are longer than this store takes.</summary>
    TooLarge,

    /// <summary>There is no memory for it even after evicting.</summary>
    OutOfMemory,
}
