namespace Henge.Cluster.Lanes;

/// <summary>How an operation ended. Append only: the numbers are sent.</summary>
internal enum Outcome : byte
{
    /// <summary>It was carried out, and its writes are where they should be.</summary>
    Done = 0,

    /// <summary>It was not carried out; trying again is safe.</summary>
    NotDone = 1,

    /// <summary>It may or may not have been carried out, or its write may not have reached all copies.</summary>
    Unknown = 2,

    /// <summary>Its keys have different owners by now; it was not carried out.</summary>
    Split = 3,
}
