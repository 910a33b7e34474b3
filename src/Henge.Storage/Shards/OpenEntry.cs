namespace Henge.Storage.Shards;

/// <summary>
/// What one open scope stands on. It is kept by the shard, so that a scope stays right when another scope of the same
/// thread deletes, creates or moves the entry.
/// </summary>
internal struct OpenEntry
{
    /// <summary>Keyed hash of the scope's key.</summary>
    public ulong Hash;

    /// <summary>Handle of the live entry; 0 when there is none.</summary>
    public uint Handle;
}
