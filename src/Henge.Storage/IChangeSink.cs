namespace Henge.Storage;

/// <summary>
/// Is told what commands change: once for each key that a scope has changed, when the scope closes, with its state
/// then; and of what merges replace. Evictions and expiry are not changes.
/// </summary>
internal interface IChangeSink
{
    /// <summary>
    /// Sees the new state of a key: an entry, or a tombstone. Called with the shard locked, so it copies and returns.
    /// </summary>
    void Changed(in EntryRecord record);

    /// <summary>
    /// Hears that what another node had of a key was newer and has replaced what was here. Called with the shard
    /// locked.
    /// </summary>
    void Merged(ReadOnlySpan<byte> key);
}
