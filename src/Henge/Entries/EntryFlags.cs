namespace Henge.Entries;

/// <summary>How an <see cref="EntryOperation"/> does it. Append only: the numbers are sent.</summary>
[Flags]
internal enum EntryFlags : byte
{
    /// <summary>Plainly.</summary>
    None = 0,

    /// <summary>A get that looks without using: it is not counted, and neither order nor expiry moves.</summary>
    Peeks = 1,

    /// <summary>A touch that moves nothing, and tells the copies what the owner has.</summary>
    TellsCopies = 2,

    /// <summary>A read for a first level: the owner notes who keeps the value, then reads it.</summary>
    Keeps = 4,

    /// <summary>A question for a lease that wants no value, and is no use of an entry that is there.</summary>
    WithoutValue = 8,

    /// <summary>Behind the value of a set is a list of tags.</summary>
    HasTags = 16,

    /// <summary>Behind the tags is when the value began to be made.</summary>
    HasBegun = 32,
}
