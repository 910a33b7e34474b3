namespace Henge.Storage.Sizing;

/// <summary>
/// What is remembered of one sampled key, in 24 bytes: enough to say which sizes of cache would hold it. Links are
/// places in the array of all; 0 is none.
/// </summary>
internal struct Ghost
{
    /// <summary>The whole hash, which stands for the key.</summary>
    public ulong Hash;

    /// <summary>Bytes that the entry takes, its share of the index included.</summary>
    public uint Bytes;

    /// <summary>Deadline in unix seconds, rounded up; 0 for none.</summary>
    public uint ExpiresAtS;

    /// <summary>The next more recently used of its queue.</summary>
    public ushort Newer;

    /// <summary>The next less recently used of its queue.</summary>
    public ushort Older;

    /// <summary>The next in its chain of the table, or of the free places.</summary>
    public ushort Next;

    /// <summary>The smallest of the simulated sizes that holds it; <see cref="Free"/> for a place not in use.</summary>
    public byte Size;

    /// <summary>Marks a place that is not in use.</summary>
    public const byte Free = byte.MaxValue;
}
