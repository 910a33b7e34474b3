namespace Henge.Storage.Sizing;

/// <summary>What became of a sampled key.</summary>
internal enum SampleKind : byte
{
    /// <summary>It was read and found, which counts as a use.</summary>
    Read,

    /// <summary>It was read and found, which does not count as a use.</summary>
    Look,

    /// <summary>It was read and not found.</summary>
    Miss,

    /// <summary>It was written, or used otherwise.</summary>
    Use,

    /// <summary>It was deleted, or its time was over.</summary>
    Remove,
}
