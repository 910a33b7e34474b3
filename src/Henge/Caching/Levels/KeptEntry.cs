using Henge.Cluster.FirstLevels;

namespace Henge.Caching.Levels;

/// <summary>
/// One entry of a first level. It never changes but for its place in the order of eviction, so a reader that has it
/// may use it whatever happens to the level meanwhile.
/// </summary>
internal sealed class KeptEntry
{
    private int _wasUsed;
    private long _tagEpoch = -1;

    /// <summary>Its key, without the prefix.</summary>
    public required string Key { get; init; }

    /// <summary>Of an immutable type: the object that every reader gets; may be null. Else null.</summary>
    public object? Object { get; init; }

    /// <summary>The serialized value where each reader gets an object of its own, else null.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>When its owner answered for it; without meaning for what <see cref="IsOwn"/>.</summary>
    public Stamp Stamp { get; init; }

    /// <summary>
    /// Whether it was never in the ring, because the application said so: nobody vouches for it, and it is current
    /// until it expires or this process changes it.
    /// </summary>
    public bool IsOwn { get; init; }

    /// <summary>When it is no longer served, on the monotonic clock.</summary>
    public required long ExpiresAtMs { get; init; }

    /// <summary>Its version in the ring; invalidations of its tags after it concern it.</summary>
    public ulong Version { get; init; }

    /// <summary>Its attributes, where it has tags; else empty.</summary>
    public byte[] Attributes { get; init; } = [];

    /// <summary>Bytes that it counts.</summary>
    public required long Size { get; init; }

    /// <summary>State of the tag table at which it was last found not to be stale.</summary>
    public long TagEpoch
    {
        get => Volatile.Read(ref _tagEpoch);
        set => Volatile.Write(ref _tagEpoch, value);
    }

    /// <summary>Its neighbours in the order of eviction; under the level's lock.</summary>
    public KeptEntry? Older { get; set; }

    /// <inheritdoc cref="Older"/>
    public KeptEntry? Newer { get; set; }

    /// <summary>It was read. Writes once between two looks, so that many processors share its line.</summary>
    public void Use()
    {
        if (Volatile.Read(ref _wasUsed) == 0)
        {
            Volatile.Write(ref _wasUsed, 1);
        }
    }

    /// <summary>Whether it was read since the last call.</summary>
    public bool TakeUse() => Interlocked.Exchange(ref _wasUsed, 0) != 0;
}
