namespace Henge.Cluster.Repairs.Keys;

/// <summary>What another copy has under a key.</summary>
internal struct KeyNote
{
    /// <summary>The key.</summary>
    public byte[] Key;

    /// <summary>Its version there.</summary>
    public ulong Version;

    /// <summary>Its content there.</summary>
    public ulong Content;

    /// <summary>Whether it is deleted there.</summary>
    public bool IsTombstone;

    /// <summary>Whether it was met here.</summary>
    public bool IsHere;
}
