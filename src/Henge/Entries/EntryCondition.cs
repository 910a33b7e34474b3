namespace Henge.Entries;

/// <summary>What must hold for a write to be carried out. Append only: the numbers are sent.</summary>
internal enum EntryCondition : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>There is no entry.</summary>
    IfAbsent = 1,

    /// <summary>The entry has a given version.</summary>
    IfVersion = 2,

    /// <summary>The caller holds the key's lease.</summary>
    IfLeased = 3,
}
