namespace Henge.Entries;

/// <summary>What an <see cref="EntryOperation"/> does. Append only: the numbers are sent.</summary>
internal enum EntryVerb : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Reads the value.</summary>
    Get = 1,

    /// <summary>Stores a value in place of what is there.</summary>
    Set = 2,

    /// <summary>Deletes the entry.</summary>
    Delete = 3,

    /// <summary>Uses the entry without reading it: an idle time begins anew.</summary>
    Touch = 4,

    /// <summary>Reads the value, or asks for the lease to fill it.</summary>
    GetOrLease = 5,

    /// <summary>Gives a lease back without filling the entry.</summary>
    Release = 6,

    /// <summary>Adds to a value that is a number, and answers with the sum.</summary>
    Add = 7,

    /// <summary>Gives a lease that is still held for another time.</summary>
    Renew = 8,
}
