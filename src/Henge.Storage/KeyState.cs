namespace Henge.Storage;

/// <summary>What a store knows of a key.</summary>
internal enum KeyState
{
    /// <summary>Nothing.</summary>
    Absent,

    /// <summary>There is a live entry.</summary>
    Live,

    /// <summary>It was deleted (or expired while tombstones were kept), and the tombstone is still here.</summary>
    Deleted,
}
