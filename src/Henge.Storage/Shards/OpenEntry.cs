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

    /// <summary>Handle of the key's tombstone; 0 when there is none.</summary>
    public uint Tombstone;

    /// <summary>Version of the last change that the change sink is to be told of; 0 when there is none.</summary>
    public ulong Change;
}
