namespace Henge;

/// <summary>Why a call on the cache failed.</summary>
public enum HengeFailure
{
    /// <summary>No reason was given.</summary>
    None = 0,

    /// <summary>
    /// The owner of the key could not be reached in time, or nobody owns it yet. Nothing was done; trying again is
    /// safe.
    /// </summary>
    OwnerAway = 1,

    /// <summary>
    /// A write that may or may not have been stored, or not on all its copies. Read before trying again.
    /// </summary>
    Uncertain = 2,

    /// <summary>The owner has no room for the value even with all else evicted. The old value stays.</summary>
    NoRoom = 3,

    /// <summary>The key holds something that is no plain value, such as a hash that a Redis client wrote.</summary>
    WrongType = 4,

    /// <summary>This node has stopped, as it does with its host.</summary>
    Stopped = 5,

    /// <summary>A counter was to be changed, and the value is no 64-bit integer in decimal. It stays.</summary>
    NotANumber = 6,

    /// <summary>A counter would have passed what 64 bits hold. It stays.</summary>
    Overflow = 7,
}
