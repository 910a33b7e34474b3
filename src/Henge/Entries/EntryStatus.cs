namespace Henge.Entries;

/// <summary>What came of an operation that was carried out. Append only: the numbers are sent.</summary>
internal enum EntryStatus : byte
{
    /// <summary>No answer.</summary>
    None = 0,

    /// <summary>It found, stored, deleted or touched the entry.</summary>
    Done = 1,

    /// <summary>There is no entry.</summary>
    Missing = 2,

    /// <summary>The condition does not hold; nothing was changed.</summary>
    Refused = 3,

    /// <summary>The value is longer than the owner takes; nothing was changed.</summary>
    TooLong = 4,

    /// <summary>The owner has no room even with all else evicted; nothing was changed.</summary>
    NoRoom = 5,

    /// <summary>The entry is no plain value (a hash).</summary>
    WrongType = 6,

    /// <summary>There is no entry, and the caller is the one who may fill it.</summary>
    Leased = 7,

    /// <summary>There is no entry, and another fills it.</summary>
    Held = 8,

    /// <summary>The lease has ended; nothing was changed.</summary>
    StaleLease = 9,

    /// <summary>The value is no 64-bit integer; nothing was changed.</summary>
    NotANumber = 10,

    /// <summary>The sum is no 64-bit integer; nothing was changed.</summary>
    Overflow = 11,
}
