namespace Henge.Snapshots;

/// <summary>What is in a block of a snapshot. Append only: the numbers are in files.</summary>
internal enum SnapshotBlock : byte
{
    /// <summary>Whose it is and of when; fields of u8 kind, u16 length, bytes.</summary>
    Header = 1,

    /// <summary>
    /// Entries and tombstones as they go between nodes, in eviction order, those to be evicted first.
    /// </summary>
    Records = 2,

    /// <summary>Invalidated tags and sets of them: u64 floor, then of each u64 version, u16 length, bytes.</summary>
    Tags = 3,

    /// <summary>Floors of slots above 0: of each u16 slot, u64 floor.</summary>
    Floors = 4,

    /// <summary>u64 records, u64 highest version given, u64 flush version.</summary>
    End = 255,
}
