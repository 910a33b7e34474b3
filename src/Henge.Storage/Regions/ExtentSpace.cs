using System.Numerics;

namespace Henge.Storage.Regions;

/// <summary>
/// Memory for payloads too long for a slot of the arena. Sizes are rounded up to a power of two of addresses, but only
/// the 4 KiB pages that are needed become memory and count, so a payload is always contiguous and wastes less than a
/// page, and nothing is ever moved or merged. Freed pages go back to the system at once. Thread safe.
/// </summary>
internal sealed unsafe class ExtentSpace : IDisposable
{
    /// <summary>What an extent's size is rounded up to when it is counted.</summary>
    public const int PageBytes = 4096;

    private const int SmallestLog2 = 15;
    private const int LargestLog2 = 31;
    private readonly MemoryBudget _budget;
    private readonly long _addressBytes;
    private readonly Lock _lock = new();
    private readonly ExtentClass?[] _classes = new ExtentClass?[LargestLog2 + 1];

    /// <summary>Creates an empty space.</summary>
    /// <param name="budget">Where its memory is counted.</param>
    /// <param name="addressBytes">Addresses to reserve for each power of two when it is first used.</param>
    public ExtentSpace(MemoryBudget budget, long addressBytes)
    {
        _budget = budget;
        _addressBytes = addressBytes;
    }

    /// <summary>Bytes counted for an extent of <paramref name="bytes"/> bytes.</summary>
    public static long CountedBytes(long bytes) => (bytes + PageBytes - 1) & -PageBytes;

    /// <summary>Whether an extent can change between the two sizes in place.</summary>
    public static bool SameClass(long bytes, long otherBytes) => ClassOf(bytes) == ClassOf(otherBytes);

    /// <summary>
    /// Takes an extent; null when the budget or the system refuses. The caller owns it until <see cref="Free"/>.
    /// Its content is undefined.
    /// </summary>
    public byte* TryTake(long bytes)
    {
        long counted = CountedBytes(bytes);
        int log2 = ClassOf(bytes);
        if (log2 > LargestLog2 || !_budget.TryTake(counted))
        {
            return null;
        }
        lock (_lock)
        {
            ExtentClass extents = _classes[log2] ??= new ExtentClass(1L << log2, _addressBytes);
            byte* extent = extents.TryTake(counted);
            if (extent == null)
            {
                _budget.Return(counted);
            }
            return extent;
        }
    }

    /// <summary>
    /// Changes the size of an extent in place, within its class (<see cref="SameClass"/>). The caller owns the extent.
    /// False when the budget or the system refuses; nothing changed then. Added bytes are undefined.
    /// </summary>
    public bool TryResize(byte* extent, long oldBytes, long newBytes)
    {
        long before = CountedBytes(oldBytes);
        long after = CountedBytes(newBytes);
        if (after > before)
        {
            if (!_budget.TryTake(after - before))
            {
                return false;
            }
            lock (_lock)
            {
                if (_classes[ClassOf(oldBytes)]!.TryExtend(extent, before, after))
                {
                    return true;
                }
            }
            _budget.Return(after - before);
            return false;
        }
        if (after < before)
        {
            lock (_lock)
            {
                _classes[ClassOf(oldBytes)]!.Discard(extent + after, before - after);
            }
            _budget.Return(before - after);
        }
        return true;
    }

    /// <summary>Gives an extent back: the pointer is dead.</summary>
    public void Free(byte* extent, long bytes)
    {
        long counted = CountedBytes(bytes);
        lock (_lock)
        {
            _classes[ClassOf(bytes)]!.Free(extent, counted);
        }
        _budget.Return(counted);
    }

    /// <summary>Gives all memory back; every extent is dead.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (ExtentClass? extents in _classes)
            {
                if (extents is not null)
                {
                    _budget.Return(extents.Clear());
                }
            }
        }
    }

    /// <summary>Gives all addresses back; every extent is dead.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (ExtentClass? extents in _classes)
            {
                extents?.Dispose();
            }
        }
    }

    private static int ClassOf(long bytes) =>
        Math.Max(SmallestLog2, 64 - BitOperations.LeadingZeroCount((ulong)bytes - 1));
}
