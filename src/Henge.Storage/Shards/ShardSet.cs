namespace Henge.Storage.Shards;

/// <summary>A set of shard numbers, 0 to 255, on the stack.</summary>
internal struct ShardSet
{
    private ulong _w0;
    private ulong _w1;
    private ulong _w2;
    private ulong _w3;

    /// <summary>Adds one shard.</summary>
    public void Add(int shard)
    {
        ulong bit = 1UL << (shard & 63);
        switch (shard >> 6)
        {
            case 0: _w0 |= bit; break;
            case 1: _w1 |= bit; break;
            case 2: _w2 |= bit; break;
            default: _w3 |= bit; break;
        }
    }

    /// <summary>Whether <paramref name="shard"/> is in the set.</summary>
    public readonly bool Contains(int shard)
    {
        ulong word = (shard >> 6) switch { 0 => _w0, 1 => _w1, 2 => _w2, _ => _w3 };
        return (word >> (shard & 63) & 1) != 0;
    }
}
