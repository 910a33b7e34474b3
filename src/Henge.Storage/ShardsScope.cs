namespace Henge.Storage;

/// <summary>Shards locked together for a many-key operation, until disposed.</summary>
internal readonly ref struct ShardsScope
{
    private readonly Store _store;

    internal ShardsScope(Store store) => _store = store;

    /// <summary>Unlocks.</summary>
    public void Dispose() => _store.Exit();
}
