namespace Henge.Cluster.Lanes.Fetches;

/// <summary>What a source knows of a key. Append only: the numbers are sent.</summary>
internal enum KnownState : byte
{
    /// <summary>It holds the slot, and not the key.</summary>
    Absent = 0,

    /// <summary>A record follows: an entry or a tombstone.</summary>
    Record = 1,

    /// <summary>It does not hold the slot, so it cannot say: no answer.</summary>
    NotLoaded = 2,
}
