namespace Henge.Storage.Shards;

/// <summary>
/// Shards locked together for a many-key operation, until disposed. They are locked in ascending order.
/// </summary>
internal readonly ref struct ShardsScope
{
    private readonly Shard[] _shards;
    private readonly ShardSet _set;

    internal ShardsScope(Shard[] shards, ShardSet set)
    {
        _shards = shards;
        _set = set;
        for (int i = 0; i < shards.Length; i++)
        {
            if (set.Contains(i))
            {
                shards[i].Lock.Enter();
            }
        }
    }

    /// <summary>Unlocks.</summary>
    public void Dispose()
    {
        for (int i = _shards.Length - 1; i >= 0; i--)
        {
            if (_set.Contains(i))
            {
                _shards[i].Lock.Exit();
            }
        }
    }
}
