using System.Runtime.CompilerServices;

namespace Henge.Storage.Eviction;

/// <summary>
/// Uses not yet applied to the eviction order. A read writes one word here instead of three scattered cache lines;
/// nothing is lost: the order is brought up to date when the ring is full and before every question to it.
/// A handle that is freed or moved meanwhile is found by a vectorised search of the ring's one KiB.
/// The shard's lock guards it.
/// </summary>
internal struct TouchRing
{
    private const int Capacity = 256;
    private Handles _handles;
    private int _count;

    /// <summary>Whether nothing waits.</summary>
    public readonly bool IsEmpty => _count == 0;

    /// <summary>Whether it must be applied before the next use is noted.</summary>
    public readonly bool IsFull => _count == Capacity;

    /// <summary>Notes a use.</summary>
    public void Add(uint handle)
    {
        if (_count == 0 || _handles[_count - 1] != handle)
        {
            _handles[_count++] = handle;
        }
    }

    /// <summary>Applies what waits.</summary>
    public void Apply(IEvictionOrder order)
    {
        if (_count > 0)
        {
            order.Touch(((ReadOnlySpan<uint>)_handles)[.._count]);
            _count = 0;
        }
    }

    /// <summary>An entry was freed (0) or moved to a new handle.</summary>
    public void Replace(uint oldHandle, uint newHandle) =>
        ((Span<uint>)_handles)[.._count].Replace(oldHandle, newHandle);

    /// <summary>Forgets what waits.</summary>
    public void Clear() => _count = 0;

    [InlineArray(Capacity)]
    private struct Handles
    {
        private uint _first;
    }
}
